import type { Page } from 'playwright-core'
import { expect, test } from 'vitest'
import { narrow, useBrowser, useServer } from '../harness/browser'
import { call, newLead, reads, settled, shot, signIn, type Lead } from '../harness/steps'

const open = useBrowser(useServer()) // who is behind is a matter of what others did with the company

interface Section { key: string; lines: { record: Lead & { due_at: string | null; protected_until: string | null } }[] }
const day = async (page: Page): Promise<Section[]> => (await call<{ sections: Section[] }>(page, 'GET', 'today')).body.sections
const line = (page: Page, id: string, section = 'new') => page.locator(`[data-testid="home-lead"][data-section="${section}"][data-id="${id}"]`)
const state = async (page: Page, id: string) => (await call<{ record: Lead & { stage: string; protected_until: string | null; due_at: string | null } }>(page, 'GET', `objects/lead/records/${id}`)).body.record
const own = (boss: Page, company: string): Promise<Lead> => newLead(boss, { company, name: '周敏', source: '展会扫码', industry: '教育', budget: '12.5万', region: '浙江 杭州', owner: 'p-linxiao' })

/** Counts the taps on the page from here on. */
async function taps(page: Page): Promise<() => Promise<number>> {
  await page.evaluate(() => {
    const w = window as unknown as { taps: number }
    w.taps = 0
    document.addEventListener('click', (e) => { if (e.isTrusted) w.taps += 1 }, true)
  })
  return () => page.evaluate(() => (window as unknown as { taps: number }).taps)
}

test('a phone: call and 没接通 with the next try, 已联系 in three taps, a note, undo of 稍后, claim', async () => {
  const boss = await open()
  await signIn(boss, 'chenli')
  const lead = await own(boss, '今日学校')
  const rep = await open(narrow)
  await signIn(rep, 'linxiao')
  await reads(rep.getByTestId('home-tile').nth(0), /已超时/)
  await settled(rep)
  await shot(rep, 'today-rep')
  // The nearest end first.
  const first = (await day(rep)).find((s) => s.key === 'first')
  const ends = first?.lines.map((l) => l.record.due_at ?? '') ?? []
  expect(ends.length).toBeGreaterThan(1)
  expect(ends).toEqual([...ends].sort())
  expect(await rep.getByTestId('home-lead').first().getAttribute('data-id')).toBe(first?.lines[0]?.record.id)

  await rep.getByTestId('tab-new').click()
  const card = line(rep, lead.id)
  await card.waitFor()
  const button = card.getByRole('link', { name: '打电话给 今日学校' })
  expect(await button.getAttribute('href')).toMatch(/^tel:\+86176\d{8}$/)
  // Every act lies under the thumb: tall enough, and inside of the screen.
  for (const act of await card.locator('.today-acts .ant-btn').all()) {
    const box = await act.boundingBox()
    expect(box && box.height >= 40 && box.width >= 64 && box.x >= 0 && box.x + box.width <= 390, JSON.stringify(box)).toBe(true)
  }
  await button.evaluate((a) => a.addEventListener('click', (e) => e.preventDefault())) // no phone here
  await button.click()
  await shot(rep, 'today-call')
  await rep.getByTestId('call-missed').click()
  await shot(rep, 'today-missed')
  await rep.getByTestId('later-morning').click()
  await rep.getByText(/已记录没接通，.*再联系/).waitFor()
  const missed = await state(rep, lead.id)
  expect(missed.stage).toBe('new')
  expect(missed.due_at, 'the countdown runs on').toBeTruthy()
  expect(new Date(missed.protected_until ?? '').toLocaleTimeString('en-GB', { timeZone: 'Asia/Shanghai' })).toBe('09:00:00')
  await reads(card, /没联系上/)

  // 稍后 has a way back.
  await card.getByRole('button', { name: '今日学校 稍后再联系' }).click()
  await rep.getByTestId('later-days').click()
  await expect.poll(async () => (await state(rep, lead.id)).protected_until).not.toBe(missed.protected_until)
  await rep.getByText(/已约 .* 回访/).getByRole('button', { name: '撤销' }).click()
  await rep.getByText('已撤销').waitFor()
  expect((await state(rep, lead.id)).protected_until).toBe(missed.protected_until)

  // A note is no contact.
  await card.getByRole('button', { name: '给 今日学校 写备注' }).click()
  await rep.getByRole('textbox', { name: '写备注' }).fill('前台说周老师下午在')
  await rep.getByTestId('today-note').click()
  await reads(card, /备注：前台说周老师下午在/)
  expect((await state(rep, lead.id)).stage).toBe('new')

  const tapped = await taps(rep)
  await card.getByRole('button', { name: '今日学校 已联系' }).click()
  await shot(rep, 'today-contacted')
  await rep.getByTestId('quick-note').first().click()
  await rep.getByTestId('today-contacted').click()
  await rep.getByText('已记录，倒计时停止').waitFor()
  expect(await tapped()).toBe(3)
  await card.waitFor({ state: 'detached' })
  expect((await state(rep, lead.id)).stage).toBe('contacted')

  // Claim, and take it back.
  const pool = (await day(rep)).find((s) => s.key === 'pool')?.lines[0]?.record
  await rep.getByTestId('tab-pool').click()
  await line(rep, pool?.id ?? '', 'pool').getByRole('button', { name: /认领/ }).click()
  await rep.getByText('认领成功，已归您负责').waitFor()
  await expect.poll(async () => (await state(rep, pool?.id ?? '')).owner).toBe('p-linxiao')
  await rep.getByText('认领成功，已归您负责').getByRole('button', { name: '撤销' }).click()
  await expect.poll(async () => (await state(rep, pool?.id ?? '')).owner).toBeNull()
})

test('tasks: done and undone, postponed; a new lead comes onto the open page by itself; keys', async () => {
  const boss = await open()
  await signIn(boss, 'chenli')
  const made = await call<{ record: { id: string } }>(boss, 'POST', 'objects/task/records', { title: '寄样机给学校', kind: '跟进', owner: 'p-linxiao', due_at: new Date(Date.now() + 3 * 3_600_000).toISOString() })
  const id = made.body.record.id
  const rep = await open()
  await signIn(rep, 'linxiao')
  const task = line(rep, id, 'todo')
  await task.getByRole('button', { name: '寄样机给学校 完成' }).click()
  await task.waitFor({ state: 'detached' })
  await rep.getByText('已完成：寄样机给学校').getByRole('button', { name: '撤销' }).click()
  await task.waitFor()
  await task.getByRole('button', { name: '寄样机给学校 改期' }).click()
  await settled(rep)
  await shot(rep, 'today-postpone')
  await rep.getByTestId('later-days').click()
  await rep.getByText(/已改到/).waitFor()
  const { body } = await call<{ record: { due_at: string; status: string } }>(rep, 'GET', `objects/task/records/${id}`)
  expect(body.record.status).toBe('open')
  expect(Date.parse(body.record.due_at) - Date.now()).toBeGreaterThan(24 * 3_600_000)

  const lead = await own(boss, '刚到学校')
  await line(rep, lead.id, 'first').waitFor() // nobody reloaded the page
  await rep.locator('main').click({ position: { x: 4, y: 4 } })
  await rep.keyboard.press('j')
  await rep.locator('.today-line.is-here').waitFor()
  await rep.keyboard.press('x')
  await rep.getByRole('dialog').getByTestId('today-contacted').click()
  await reads(rep.getByRole('dialog'), /请写下沟通内容/)
})

test('who leads sees where the team stands, and assigns', async () => {
  const boss = await open()
  await signIn(boss, 'zhouming')
  await boss.getByTestId('today-behind').getByTestId('behind').first().waitFor()
  await settled(boss)
  await shot(boss, 'today-team')
  const behind = await boss.getByTestId('behind').allInnerTexts()
  expect(behind.every((text) => /\d+ 条未处理/.test(text))).toBe(true)
  const people = (await call<{ people: { name: string; open: number }[] }>(boss, 'GET', 'objects/lead/overdue?days=30&open=true')).body.people
  expect(behind.length).toBe(people.filter((p) => p.open > 0).length)
  await boss.getByTestId('today-pool').waitFor()
  const card = boss.locator('[data-testid="home-lead"][data-section="pool"]').first()
  await card.getByRole('button', { name: /^分配 / }).click()
  const dialog = boss.getByRole('dialog')
  await dialog.getByText('新负责人').first().waitFor()
  const id = (await card.getAttribute('data-id')) ?? ''
  await dialog.getByRole('combobox').first().click()
  await boss.keyboard.type('林晓')
  await boss.locator('.ant-select-dropdown:visible').getByText('林晓').first().click()
  await dialog.getByRole('button', { name: /转交|指派|分配|确定/ }).last().click()
  await expect.poll(async () => (await call<{ record: { owner: string } }>(boss, 'GET', `objects/lead/records/${id}`)).body.record.owner).toBe('p-linxiao')
  await boss.setViewportSize(narrow)
  await boss.getByTestId('tab-behind').click()
  await boss.getByTestId('behind').first().waitFor()
  await boss.getByTestId('tab-pool').click()
  await card.waitFor()
  await shot(boss, 'today-team-pool')
})
