import { expect, test } from 'vitest'
import { narrow, useBrowser, useServer } from '../harness/browser'
import { call, newLead, reads, settled, shot, signIn } from '../harness/steps'

// The clock is moved: nobody else may stand on this program.
const server = useServer()
const open = useBrowser(server)

test('at the hour a lead is in its region’s list; what nobody opened stands in the overdue list, longest first, with where it stuck', async () => {
  const boss = await open()
  await signIn(boss, 'chenli')
  const waits = await newLead(boss, { company: '等了三天学校', industry: '教育', budget: '8万', region: '浙江 杭州' })
  expect((await call(boss, 'POST', `objects/lead/records/${waits.id}:return`, { reason: '先放回公海' })).status).toBe(200)
  const owned = await newLead(boss, { company: '没人打开学校', industry: '教育', budget: '12万', region: '浙江 杭州', owner: 'p-linxiao' })
  await boss.goto('/pool?late=1')
  await settled(boss)
  expect(await boss.locator(`[data-testid=pool-row][data-id="${waits.id}"]`).count()).toBe(0)
  await server().ahead(72.05)
  const late = boss.locator(`[data-testid=pool-row][data-id="${waits.id}"]`)
  await late.waitFor() // by the feed: nobody has touched the page
  await reads(late, /已等 3天.*待分配超时/s)
  await shot(boss, 'pool-late')

  await boss.goto('/overdue')
  const line = boss.locator(`[data-testid=overdue-row][data-record="${owned.id}"]`)
  await line.waitFor()
  await reads(line.getByTestId('overdue-stuck'), /未送达/)
  expect(await boss.getByTestId('overdue-rank').allInnerTexts()).toEqual(['延误第 1', '延误第 2', '延误第 3'])
  await line.getByRole('button', { name: /^约谈/ }).click()
  const dialog = boss.getByRole('dialog')
  await dialog.getByRole('textbox', { name: '谈什么' }).fill('为什么三天没有打开')
  await dialog.getByRole('button', { name: '1 天后' }).click()
  await shot(boss, 'overdue-talk')
  await dialog.getByRole('button', { name: '记下约谈' }).click()
  await reads(line, /陈立 约在[\s\S]*为什么三天没有打开/)
  await shot(boss, 'overdue')
  const file = await boss.request.get((await boss.getByRole('link', { name: '导出 Excel' }).getAttribute('href')) ?? '')
  expect([file.status(), (await file.body()).subarray(0, 2).toString()]).toEqual([200, 'PK'])

  // The rep sees their own lines only, at hand size, and takes nothing out.
  const rep = await open(narrow)
  await signIn(rep, 'linxiao', '/overdue')
  await rep.locator(`[data-testid=overdue-row][data-record="${owned.id}"]`).waitFor()
  await reads(rep.locator(`[data-testid=overdue-row][data-record="${owned.id}"]`).getByTestId('overdue-stuck'), /未读|未送达/)
  expect(await rep.getByRole('link', { name: '导出 Excel' }).count()).toBe(0)
  await shot(rep, 'overdue-rep')
})
