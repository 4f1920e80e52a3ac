import { expect, test } from 'vitest'
import { narrow, useBrowser } from '../harness/browser'
import { call, newLead, reads, row, settled, shot, signIn, type Lead } from '../harness/steps'

const open = useBrowser()

/** A lead of the pool: given to nobody, as its owner gave it back. */
async function pooled(page: Parameters<typeof newLead>[0], company: string): Promise<Lead> {
  const lead = await newLead(page, { company, industry: '教育', budget: '8万', region: '浙江 杭州' })
  const { status } = await call(page, 'POST', `objects/lead/records/${lead.id}:return`, { reason: '先放回公海' })
  expect(status).toBe(200)
  return lead
}

test('a rep claims from the pool; the lead is theirs, with its own countdown', async () => {
  const page = await open()
  await signIn(page, 'chenli')
  const lead = await pooled(page, '待领学校')
  const rep = await open()
  await signIn(rep, 'hefang', '/objects/lead?view=pool')
  await row(rep, lead.id).waitFor()
  await shot(rep, 'pool')
  await row(rep, lead.id).click()
  await rep.getByRole('button', { name: '认领' }).click()
  await rep.getByText('认领成功，已归您负责').waitFor()
  await reads(rep.locator('[data-field=owner]'), /何芳/)
  await reads(rep.getByTestId('why-panel'), /何芳从公海认领/)
  await reads(rep.getByTestId('countdown'), /跟进倒计时/) // standing on the page, the owner has opened it
  await rep.goto('/objects/lead')
  await row(rep, lead.id).waitFor()
})

test('of two who want the same lead the second is told who has it', async () => {
  const page = await open()
  await signIn(page, 'chenli')
  const lead = await pooled(page, '先到先得学校')
  // Whose it is now, this rep may no longer read: the record answers 404 from then on.
  const rep = await open(undefined, ['status of 409', 'status of 404', '/api/v1/stream'])
  await signIn(rep, 'linxiao')
  // No news reaches this page: only its own click tells.
  await rep.route('**/api/v1/stream', (route) => route.abort())
  await rep.goto(`/objects/lead/${lead.id}`)
  await rep.getByRole('button', { name: '认领' }).waitFor()
  const other = await open()
  await signIn(other, 'hefang')
  expect((await call(other, 'POST', `objects/lead/records/${lead.id}:claim`)).status).toBe(200)
  await rep.getByRole('button', { name: '认领' }).click()
  await rep.getByText(/已由 何芳 负责/).first().waitFor()
  const { status, body } = await call<{ code: string; detail: string }>(rep, 'POST', `objects/lead/records/${lead.id}:claim`)
  expect([status, body.code]).toEqual([409, 'held'])
  expect(body.detail).toContain('何芳')
  await settled(rep)
  await shot(rep, 'pool-held')
})

test('several at once: x selects, one button claims, the outcome is counted', async () => {
  const page = await open()
  await signIn(page, 'chenli')
  const leads = [await pooled(page, '批量甲学校'), await pooled(page, '批量乙学校')]
  const rep = await open()
  await signIn(rep, 'hefang', `/objects/lead?view=pool&q=${encodeURIComponent('批量')}`)
  await row(rep, leads[1]?.id ?? '').waitFor()
  await expect.poll(() => rep.getByTestId('lead-row').count()).toBe(2)
  for (const key of ['j', 'x', 'j', 'x']) await rep.keyboard.press(key)
  await rep.getByText('已选 2 条').waitFor()
  await shot(rep, 'pool-selected')
  await rep.getByRole('status').getByRole('button', { name: '认领' }).click()
  await rep.getByText(/认领成功 2 条/).waitFor()
  await rep.getByText('没有符合条件的记录').waitFor()
})

test('the pool by region: claimed with one thumb, undone, given out many at once by the supervisor', async () => {
  const boss = await open()
  await signIn(boss, 'chenli')
  const thumb = await pooled(boss, '公海一指认领学校')
  const many = [await pooled(boss, '公海批量甲学校'), await pooled(boss, '公海批量乙学校')]

  const rep = await open(narrow)
  await signIn(rep, 'hefang', '/pool')
  const mine = rep.locator(`[data-testid=pool-row][data-id="${thumb.id}"]`)
  await mine.getByText('先放回公海').waitFor()
  await shot(rep, 'pool-page')
  const claim = mine.getByRole('button', { name: /^认领：/ })
  const box = await claim.boundingBox()
  expect([(box?.height ?? 0) >= 44, (box?.width ?? 0) >= 44]).toEqual([true, true])
  await claim.click()
  await rep.getByText('认领成功，已归您负责').waitFor()
  await mine.waitFor({ state: 'detached' })
  await rep.getByRole('button', { name: '撤销' }).click()
  await mine.getByText('误认领，撤销').waitFor()
  await mine.getByTestId('why-mark').click()
  await reads(rep.getByTestId('why-panel'), /公海/)

  await boss.goto('/pool')
  await boss.getByTestId(/^pool-region-/).filter({ hasText: '浙江' }).or(boss.getByTestId(/^pool-region-/).filter({ hasText: '华东' })).first().click()
  for (const lead of many) await boss.locator(`[data-testid=pool-row][data-id="${lead.id}"]`).getByRole('checkbox').check()
  await shot(boss, 'pool-page-selected')
  await boss.getByRole('button', { name: '指派' }).click()
  const dialog = boss.getByRole('dialog')
  await dialog.getByRole('combobox').fill('何芳')
  await boss.locator('.ant-select-item-option').filter({ hasText: '何芳' }).first().click()
  await dialog.getByRole('button', { name: '转交' }).click()
  await boss.getByText('已转交 2 条').waitFor()
  for (const lead of many) await boss.locator(`[data-testid=pool-row][data-id="${lead.id}"]`).waitFor({ state: 'detached' })
})

test('待回访: the holder marks it, nobody moves it, the holder lets go and gives it back', async () => {
  const boss = await open(undefined, ['status of 409'])
  await signIn(boss, 'chenli')
  const lead = await pooled(boss, '待回访学校')
  const rep = await open(narrow)
  await signIn(rep, 'hefang')
  expect((await call(rep, 'POST', `objects/lead/records/${lead.id}:claim`)).status).toBe(200)
  await rep.goto(`/objects/lead/${lead.id}`)
  await rep.getByRole('button', { name: '待回访', exact: true }).click()
  await rep.getByRole('button', { name: '3 天后' }).click()
  await shot(rep, 'protect')
  await rep.getByRole('button', { name: '开始保护' }).click()
  await rep.getByRole('dialog').waitFor({ state: 'detached' })
  await reads(rep.getByTestId('protected'), /待回访.*保护到/s)
  await shot(rep, 'protected')

  const { status, body } = await call<{ code: string; detail: string }>(boss, 'POST', `objects/lead/records/${lead.id}:claim`)
  expect([status, body.code]).toEqual([409, 'protected'])
  expect(body.detail).toMatch(/何芳 已标记待回访，保护到 \d{4}-/)

  await rep.getByRole('button', { name: '取消待回访' }).click()
  await rep.getByTestId('protected').waitFor({ state: 'detached' })
  await rep.getByRole('button', { name: '退回公海' }).click()
  await rep.getByRole('dialog').getByRole('button', { name: '暂时没有需求' }).click()
  await rep.getByRole('dialog').getByRole('button', { name: '退回公海' }).click()
  await rep.getByText('已退回公海 1 条').waitFor()
  await reads(rep.locator('[data-field=owner]'), /公海/)
})
