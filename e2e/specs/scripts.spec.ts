import { expect, test } from 'vitest'
import { narrow, useBrowser } from '../harness/browser'
import { call, newLead, reads, settled, shot, signIn } from '../harness/steps'

const open = useBrowser()
const question = '设备维保周期是多久？'

test('a 医疗 lead opens on the 医疗 scripts; a copy is counted; an edit shows in the other browser by itself', async () => {
  const page = await open()
  await page.context().grantPermissions(['clipboard-read', 'clipboard-write'])
  await signIn(page, 'chenli')
  const lead = await newLead(page, { company: '话术康复医院', industry: '医疗', region: '浙江 杭州' })
  await page.goto(`/objects/lead/${lead.id}`)
  const panel = page.getByTestId('script-panel')
  await expect.poll(() => panel.getByTestId('script').count()).toBe(3)
  await reads(panel.getByTestId('script').first(), /设备维保周期/)
  const answer = await panel.getByTestId('script').first().locator('p').innerText()
  await panel.getByRole('button', { name: `复制回答：${question}` }).click()
  await panel.getByText('已复制').waitFor()
  expect(await page.evaluate(() => navigator.clipboard.readText())).toBe(answer)
  await reads(panel.getByTestId('script').first(), /使用 1 次/)
  await settled(page)
  await shot(page, 'scripts-panel')

  const desk = await open(undefined, ['status of 409']) // the save meets a use counted meanwhile and goes on
  await signIn(desk, 'fangyuan', `/scripts?industry=${encodeURIComponent('医疗')}`)
  await desk.getByRole('button', { name: `编辑：${question}` }).click()
  const drawer = desk.getByRole('dialog')
  // A copy made meanwhile does not get in the way of saving.
  expect((await call(page, 'POST', 'scripts/script-medical-1:use')).status).toBe(200)
  await drawer.getByRole('textbox', { name: '回答' }).fill('每月一次巡检，随叫随到。')
  await shot(desk, 'scripts-edit')
  await drawer.getByRole('button', { name: '保存' }).click()
  await panel.getByText('每月一次巡检，随叫随到。').waitFor() // nobody reloads; how soon is no matter of a test on a shared machine
})

test('the panel is searched by pinyin and initials, and follows the chosen industry', async () => {
  const page = await open()
  await signIn(page, 'chenli')
  const lead = await newLead(page, { company: '话术职业学院', industry: '教育', region: '浙江 杭州' })
  await page.goto(`/objects/lead/${lead.id}`)
  const panel = page.getByTestId('script-panel')
  await expect.poll(() => panel.getByTestId('script').count()).toBe(3)
  const search = panel.getByRole('searchbox', { name: '搜索话术' })
  for (const typed of ['jiaowu', 'jwxt', '教务']) {
    await search.fill(typed)
    await expect.poll(() => panel.locator('h3').allInnerTexts()).toEqual(['能否和教务系统打通？'])
  }
  await search.fill('没有这句话')
  await panel.getByText('没有找到符合的话术').waitFor()
  await search.fill('')
  await panel.getByRole('combobox', { name: '行业' }).click()
  await page.locator('.ant-select-dropdown:visible').getByText('零售', { exact: true }).click()
  await reads(panel, /费用怎么算/)
  // A customer's page has the same panel, for the customer's industry.
  const made = await call<{ record: { id: string } }>(page, 'POST', 'objects/customer/records', { name: '话术人民医院', industry: '医疗' })
  await page.goto(`/objects/customer/${made.body.record.id}`)
  await expect.poll(() => panel.getByTestId('script').count()).toBe(3)
  await reads(panel, /设备维保周期/)
})

test('marketing keeps the library: new, off, deleted and undone; a rep may only read', async () => {
  const desk = await open()
  await signIn(desk, 'fangyuan', `/scripts?industry=${encodeURIComponent('零售')}`)
  await expect.poll(() => desk.getByTestId('script').count()).toBe(3)
  await shot(desk, 'scripts')
  await desk.getByRole('button', { name: '新建话术' }).click()
  const drawer = desk.getByRole('dialog')
  await drawer.getByRole('textbox', { name: '常见问题' }).fill('双十一撑得住吗？')
  await drawer.getByRole('textbox', { name: '回答' }).fill('按峰值的三倍压测过。')
  await drawer.getByRole('button', { name: '保存' }).click()
  await expect.poll(() => desk.getByTestId('script').count()).toBe(4)
  const line = desk.getByTestId('script').filter({ hasText: '双十一' })
  await line.getByRole('switch').click()
  await reads(line, /已停用/)

  const rep = await open(narrow)
  await signIn(rep, 'linxiao', `/scripts?industry=${encodeURIComponent('零售')}`)
  await expect.poll(() => rep.getByTestId('script').count()).toBe(3)
  expect(await rep.getByRole('button', { name: /编辑|删除|新建话术/ }).count()).toBe(0)
  expect(await rep.getByRole('switch').count()).toBe(0)
  expect((await call(rep, 'PATCH', 'objects/script/records/script-retail-1', { answer: '随便' })).status).toBe(403)
  const small = await rep.locator('main :is(button, a):visible').evaluateAll((all) => all.filter((e) => e.getBoundingClientRect().height < 40).map((e) => e.textContent))
  expect(small, 'targets under 40 px').toEqual([])
  expect(await rep.evaluate(() => document.documentElement.scrollWidth - window.innerWidth)).toBeLessThanOrEqual(0)

  await line.getByRole('switch').click()
  await expect.poll(() => rep.getByTestId('script').count()).toBe(4)
  await line.getByRole('button', { name: /^删除/ }).click()
  await expect.poll(() => rep.getByTestId('script').count()).toBe(3)
  await desk.getByRole('button', { name: '撤销' }).click()
  await expect.poll(() => desk.getByTestId('script').count()).toBe(4)
})
