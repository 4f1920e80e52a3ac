import { expect, test } from 'vitest'
import { useBrowser } from '../harness/browser'
import { call, newLead, reads, settled, shot, signIn } from '../harness/steps'

const open = useBrowser()

interface Event { seq: number; op: string; object: string; record_id: string; ip: string; actor: { id: string; name: string } }

test('the trail says who did what when and from where, and how far it is sealed', async () => {
  const page = await open()
  await signIn(page, 'chenli')
  const lead = await newLead(page, { company: '留痕学校', region: '浙江 杭州' })
  await call(page, 'PATCH', `objects/lead/records/${lead.id}`, { name: '改过的人' })
  await page.goto('/trail')
  const rows = page.locator('.trail-table tbody tr')
  await reads(rows.first(), /陈立[\s\S]*修改资料[\s\S]*联系人 改过的人[\s\S]*留痕学校[\s\S]*127\.0\.0\.1/)
  const seal = page.getByRole('status').filter({ hasText: '已封存至' })
  const { body } = await call<{ last_seq: number }>(page, 'GET', 'trail')
  // A batch is sealed within the second; the page asks again by itself.
  await expect.poll(async () => Number(/已封存至\s*([\d,]+)/.exec(await seal.innerText())?.[1]?.replaceAll(',', '') ?? 0), { timeout: 30_000 }).toBeGreaterThanOrEqual(body.last_seq)
  await settled(page)
  await shot(page, 'trail')

  // By what, by whom: the address keeps the question.
  await page.getByRole('combobox', { name: '动作' }).click()
  await page.locator('.ant-select-dropdown:visible').getByText('登录', { exact: true }).click()
  await expect.poll(() => new URL(page.url()).searchParams.get('op')).toBe('sign_in')
  await page.getByRole('combobox', { name: '操作人' }).click()
  await page.keyboard.type('陈立')
  await page.locator('.ant-select-dropdown:visible').getByText('陈立', { exact: true }).click()
  await expect.poll(async () => new Set(await rows.locator('td:nth-child(4)').allInnerTexts())).toEqual(new Set(['登录']))
  await page.reload()
  await expect.poll(async () => new Set(await rows.locator('td:nth-child(3)').allInnerTexts())).toEqual(new Set(['陈立']))
  await rows.first().getByRole('link').click()
  await page.getByRole('heading', { name: '陈立' }).waitFor()
})

test('older events are read page by page, without a gap', async () => {
  const page = await open()
  await signIn(page, 'admin', '/trail?object=lead')
  const rows = page.locator('.trail-table tbody tr')
  await rows.nth(49).waitFor()
  await page.getByRole('button', { name: '更早的记录' }).click()
  await rows.nth(99).waitFor()
  const seqs = (await rows.locator('td:first-child').allInnerTexts()).map(Number)
  expect(seqs.every((n, i) => i === 0 || n < (seqs[i - 1] ?? 0))).toBe(true)
  const { body } = await call<{ events: Event[] }>(page, 'GET', 'events?object=lead&limit=100')
  expect(seqs.slice(0, 100)).toEqual(body.events.map((e) => e.seq))
})

test('no one who looks can change it: the page offers nothing, the API refuses', async () => {
  const page = await open(undefined, ['/api/v1/events'])
  await signIn(page, 'admin', '/trail')
  await page.locator('.trail-table tbody tr').first().waitFor()
  expect(await page.locator('.trail-table').getByRole('button', { name: /删除|修改/ }).count()).toBe(0)
  for (const method of ['DELETE', 'PATCH', 'PUT', 'POST']) {
    const { status } = await call(page, method, 'events', {})
    expect([404, 405], method).toContain(status)
  }
})
