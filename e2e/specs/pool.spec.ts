import { expect, test } from 'vitest'
import { useBrowser } from '../harness/browser'
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
  await signIn(rep, 'hefang')
  await rep.goto('/objects/lead?view=pool')
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
  await signIn(rep, 'hefang')
  await rep.goto(`/objects/lead?view=pool&q=${encodeURIComponent('批量')}`)
  await row(rep, leads[1]?.id ?? '').waitFor()
  await expect.poll(() => rep.getByTestId('lead-row').count()).toBe(2)
  for (const key of ['j', 'x', 'j', 'x']) await rep.keyboard.press(key)
  await rep.getByText('已选 2 条').waitFor()
  await shot(rep, 'pool-selected')
  await rep.getByRole('status').getByRole('button', { name: '认领' }).click()
  await rep.getByText(/认领成功 2 条/).waitFor()
  await rep.getByText('没有符合条件的记录').waitFor()
})
