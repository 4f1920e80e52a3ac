import type { Page } from 'playwright-core'
import { expect, test } from 'vitest'
import { narrow, useBrowser, useServer, wide } from '../harness/browser'
import { call, newLead, reads, row, settled, shot, signIn, type Lead } from '../harness/steps'

// The clock is moved: nobody else may stand on this program.
const server = useServer()
const open = useBrowser(server)

interface Timer { kind: string; state: string; started_at: string; due_at: string }
interface Detail { record: Lead & { first_opened_at: string | null; contacted_at: string | null; stage: string; due_at: string | null; timers?: Timer[] }; timers?: Timer[] }

async function detail(page: Page, id: string): Promise<Detail['record']> {
  const { body } = await call<Detail>(page, 'GET', `objects/lead/records/${id}`)
  return { ...body.record, timers: body.timers ?? body.record.timers }
}
const timers = async (page: Page, id: string): Promise<string[]> => ((await detail(page, id)).timers ?? []).map((t) => `${t.kind}:${t.state}`)

/** A lead that is 林晓's from the first, unopened. */
async function own(page: Page, company: string): Promise<Lead> {
  const lead = await newLead(page, { company, name: '周敏', source: '展会扫码', industry: '教育', budget: '12.5万', region: '浙江 杭州', product_line: '云课堂', owner: 'p-linxiao' })
  expect(lead.owner).toBe('p-linxiao')
  return lead
}

test('looking starts nothing; the owner’s own opening does, and the countdown runs before their eyes', async () => {
  const boss = await open()
  await signIn(boss, 'chenli')
  const lead = await own(boss, '倒计时学校')
  expect(await timers(boss, lead.id)).toEqual(['first_open:running'])

  // A supervisor on the page, the owner's list, a hover that reads ahead, a bare GET: all of them look.
  await boss.goto(`/objects/lead/${lead.id}`)
  await reads(boss.getByTestId('countdown'), /首次打开倒计时/)
  const rep = await open()
  await signIn(rep, 'linxiao', '/objects/lead')
  await row(rep, lead.id).waitFor()
  const ahead = rep.waitForResponse((r) => r.request().method() === 'GET' && r.url().endsWith(`/records/${lead.id}`))
  await row(rep, lead.id).hover()
  await ahead
  expect((await call(rep, 'GET', `objects/lead/records/${lead.id}`)).status).toBe(200)
  const before = await detail(rep, lead.id)
  expect([before.first_opened_at, ...(before.timers ?? []).map((t) => t.state)]).toEqual([null, 'running'])

  await row(rep, lead.id).click()
  const banner = rep.getByTestId('countdown')
  await reads(banner, /跟进倒计时/)
  await reads(banner, /72小时内需联系/)
  const after = await detail(rep, lead.id)
  expect(after.timers?.map((t) => `${t.kind}:${t.state}`)).toEqual(['first_open:stopped', 'follow_up:running'])
  const [, followUp] = after.timers ?? []
  expect(Date.parse(followUp?.due_at ?? '') - Date.parse(after.first_opened_at ?? '')).toBe(72 * 3_600_000)
  expect(after.due_at).toBe(followUp?.due_at)
  await settled(rep)
  await shot(rep, 'record-countdown')
  // The supervisor's page learns of it without being asked.
  await reads(boss.getByTestId('countdown'), /跟进倒计时/)
  await reads(boss.locator('.timeline'), /首次打开，开始跟进倒计时/)
})

test('已联系 needs way and note, and stops the countdown', async () => {
  const boss = await open()
  await signIn(boss, 'chenli')
  const lead = await own(boss, '联系学校')
  const rep = await open()
  await signIn(rep, 'linxiao', `/objects/lead/${lead.id}`)
  await reads(rep.getByTestId('countdown'), /跟进倒计时/)
  const submit = rep.getByTestId('contacted-submit')
  await submit.click()
  await reads(rep.locator('.composer'), /请选择联系方式/)
  await rep.getByRole('radio', { name: '电话' }).click()
  await submit.click()
  await reads(rep.locator('.composer'), /请写下沟通内容/)
  expect(await timers(rep, lead.id)).toEqual(['first_open:stopped', 'follow_up:running'])
  await rep.getByRole('textbox', { name: '沟通内容' }).fill('周老师下周二要看方案，预算能到 15 万')
  await shot(rep, 'record-composer')
  await submit.click()
  await rep.getByText('已记录，倒计时停止').waitFor()
  await reads(rep.getByTestId('countdown'), /已联系/)
  await reads(rep.locator('[data-field=stage]'), /有效沟通/)
  await reads(rep.locator('.timeline li').first(), /已联系 · 电话[\s\S]*周老师下周二要看方案[\s\S]*\d\d:\d\d:\d\d · 林晓 · 127\.0\.0\.1/)
  expect(await timers(rep, lead.id)).toEqual(['first_open:stopped', 'follow_up:stopped'])
  expect((await detail(rep, lead.id)).due_at).toBeNull()
  await rep.goto('/objects/lead')
  await rep.getByTestId('lead-row').first().waitFor()
  expect(await row(rep, lead.id).count(), 'waits to be contacted no more').toBe(0)
})

test('a breach comes to the rep’s and the supervisor’s inbox by itself', async () => {
  const boss = await open()
  await signIn(boss, 'chenli')
  const lead = await own(boss, '超时学校')
  const rep = await open()
  await signIn(rep, 'linxiao', `/objects/lead/${lead.id}`)
  await reads(rep.getByTestId('countdown'), /跟进倒计时/)
  const lead4 = await open(narrow)
  await signIn(lead4, 'zhouming', '/objects/customer')

  await server().ahead(73)
  // Neither page is reloaded; the news comes down the stream they hold.
  await reads(rep.getByTestId('countdown'), /已超/)
  await rep.getByRole('button', { name: /^收件箱，[1-9]\d* 条未读/ }).click()
  const mine = rep.getByRole('dialog').getByTestId('inbox-item').filter({ hasText: '跟进超时：超时学校' })
  await mine.waitFor()
  await reads(mine, /72 小时内未联系，截止 \d{4}-\d\d-\d\d \d\d:\d\d:\d\d/)
  await shot(rep, 'inbox')
  await rep.keyboard.press('Escape')
  await shot(rep, 'record-overdue')
  await reads(rep.locator('.timeline'), /跟进超时/)

  const bell = lead4.getByRole('button', { name: /^收件箱，[1-9]\d* 条未读/ })
  await bell.waitFor()
  await bell.click()
  const copy = lead4.getByRole('dialog').getByTestId('inbox-item').filter({ hasText: '林晓 跟进超时：超时学校' })
  await copy.waitFor()
  await copy.click()
  await lead4.waitForURL(`**/objects/lead/${lead.id}`)
  await reads(lead4.getByTestId('countdown'), /已超/)
  // One breach is one notice each.
  const inbox = await call<{ items: { title: string }[] }>(rep, 'GET', 'inbox?limit=100')
  expect(inbox.body.items.filter((i) => i.title === '跟进超时：超时学校').length).toBe(1)
  expect((await detail(rep, lead.id)).due_at, 'it is still awaited').toBeTruthy()

  await rep.goto('/')
  await rep.getByTestId('home-lead').filter({ hasText: '超时学校' }).waitFor()
  await settled(rep)
  await shot(rep, 'home-overdue')
  await rep.goto('/objects/lead?view=overdue')
  await row(rep, lead.id).waitFor()
  await shot(rep, 'list-overdue')
})

test('the phone shows first what burns', async () => {
  const rep = await open(narrow)
  await signIn(rep, 'linxiao')
  await rep.getByTestId('home-lead').first().waitFor()
  const chips = await rep.getByTestId('home-lead').getByTestId('countdown').allInnerTexts()
  expect(chips[0]).toMatch(/^已超/)
  expect(rep.viewportSize()).not.toEqual(wide)
})
