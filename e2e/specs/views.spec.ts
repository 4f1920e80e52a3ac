import { readFile } from 'node:fs/promises'
import { expect, test } from 'vitest'
import { useBrowser } from '../harness/browser'
import { barriers, call, newLead, reads, row, settled, shot, signIn } from '../harness/steps'

const open = useBrowser()

const state = (address: string, name: string): string | null => new URL(address).searchParams.get(name)

test('a list is shaped, kept as a view of one’s own, changed, reverted, renamed, deleted and brought back', async () => {
  const page = await open()
  await signIn(page, 'zhouming')
  const a = await newLead(page, { company: '视图甲公司', region: '浙江 杭州', budget: 120000, owner: 'p-linxiao' })
  const b = await newLead(page, { company: '视图乙公司', region: '浙江 宁波', budget: 120000, owner: 'p-linxiao' })
  await page.goto('/objects/lead?view=all')
  await page.getByTestId('lead-row').first().waitFor()

  await expect.poll(async () => (await call<{ records: unknown[] }>(page, 'GET', `objects/lead/records?q=${encodeURIComponent('视图')}`)).body.records.length).toBe(2)
  // The search box finds by initials, and stands in the address.
  await page.getByRole('searchbox', { name: '搜索列表' }).or(page.getByLabel('搜索列表')).first().fill('视图')
  await row(page, a.id).waitFor()
  await expect.poll(() => state(page.url(), 'q')).toBe('视图')
  await expect.poll(() => page.getByTestId('lead-row').count()).toBe(2)

  // A column comes, also through a relation, moves up and is made wider by keyboard.
  await page.getByRole('button', { name: /^列 \d/ }).click()
  const panel = page.locator('.list-panel')
  await panel.getByLabel('查找列').fill('手机')
  await panel.locator('.panel-rest').getByText('手机', { exact: true }).click()
  await panel.getByLabel('查找列').fill('')
  await panel.getByRole('button', { name: '上移 手机' }).click()
  await page.keyboard.press('Escape')
  await page.getByRole('columnheader', { name: /手机/ }).waitFor()
  const edge = page.getByRole('separator', { name: '手机 的列宽' })
  await edge.focus()
  await page.keyboard.press('ArrowRight')
  await expect.poll(() => state(page.url(), 'cols') ?? '').toMatch(/phone:\d+/)

  // Two keys of order: budget, then by shift-click the company's contact.
  await page.getByRole('columnheader', { name: /^预算/ }).getByRole('button').click()
  await page.getByRole('columnheader', { name: /^联系人|^姓名/ }).getByRole('button').click({ modifiers: ['Shift'] })
  await expect.poll(() => state(page.url(), 'sort')).toBe('-budget,-name')
  await page.getByText('已修改').waitFor()

  await page.getByRole('button', { name: '另存为' }).click()
  const dialog = page.getByRole('dialog')
  await dialog.getByLabel('名称').fill('杭甬大单')
  await dialog.getByRole('button', { name: '保存', exact: false }).click()
  await page.getByRole('tab', { name: '杭甬大单' }).waitFor()
  await expect.poll(() => page.getByText('已修改').count()).toBe(0)
  await page.reload()
  await row(page, b.id).waitFor()
  expect(await page.getByRole('tab', { name: '杭甬大单' }).getAttribute('aria-selected')).toBe('true')
  await expect.poll(() => page.getByTestId('lead-row').count()).toBe(2)
  await settled(page)
  await shot(page, 'views-list')

  // A change is told and reverted.
  await page.getByRole('columnheader', { name: /^预算/ }).getByRole('button').click()
  await page.getByText('已修改').waitFor()
  await page.getByRole('button', { name: '还原' }).click()
  await expect.poll(() => state(page.url(), 'sort')).toBeNull()

  // Groups with counts, each opened by itself.
  await page.getByRole('combobox', { name: '分组' }).click()
  await page.locator('.ant-select-dropdown:visible').getByText('按地区 · 省份分组', { exact: true }).click()
  const group = page.getByTestId('list-group').filter({ hasText: '浙江' })
  await reads(group, /2/)
  await group.getByRole('button', { name: /浙江/ }).click()
  await row(page, a.id).waitFor()
  await settled(page)
  await shot(page, 'views-groups')
  await page.getByRole('button', { name: '还原' }).click()

  await page.getByRole('button', { name: '视图“杭甬大单”的操作' }).click()
  await page.getByRole('menuitem', { name: '删除' }).click()
  await page.getByText('已删除“杭甬大单”').waitFor()
  await expect.poll(() => page.getByRole('tab', { name: '杭甬大单' }).count()).toBe(0)
  await page.locator('.ant-message').getByRole('button', { name: '撤销' }).click()
  await page.getByRole('tab', { name: '杭甬大单' }).waitFor()
})

test('cells are changed in place; both values are shown where somebody was faster; many are changed at once and taken back', async () => {
  const page = await open(undefined, ['status of 409', 'status of 422'])
  await signIn(page, 'zhouming')
  const made = [await newLead(page, { company: '改格甲公司', name: '甲某', owner: 'p-linxiao' }), await newLead(page, { company: '改格乙公司', name: '乙某', owner: 'p-linxiao' })]
  const [a, b] = made
  if (!a || !b) throw new Error('nothing made')
  await page.goto(`/objects/lead?view=all&q=${encodeURIComponent('改格')}`)
  await row(page, b.id).waitFor()
  await page.getByRole('button', { name: '编辑表格' }).click()
  const cell = (id: string, column: string) => row(page, id).locator(`td[data-column="${column}"]`)
  const kept = async (id: string) => (await call<{ record: { name: string; version: number } }>(page, 'GET', `objects/lead/records/${id}`)).body.record

  await cell(a.id, 'name').click()
  await page.keyboard.press('Enter')
  await cell(a.id, 'name').getByRole('textbox').fill('新甲')
  await page.keyboard.press('Enter')
  await reads(cell(a.id, 'name'), /新甲/)
  await expect.poll(async () => (await kept(a.id)).name).toBe('新甲')
  // Esc leaves it as it was.
  await page.keyboard.press('Enter')
  await cell(a.id, 'name').getByRole('textbox').fill('不要')
  await page.keyboard.press('Escape')
  await reads(cell(a.id, 'name'), /新甲/)

  // The same cell changed elsewhere while it is open.
  await cell(b.id, 'name').dblclick()
  const box = cell(b.id, 'name').getByRole('textbox')
  await box.fill('我写的')
  await page.route('**/api/v1/stream**', (r) => r.abort())
  await call(page, 'PATCH', `objects/lead/records/${b.id}`, { name: '别人写的' })
  await box.press('Enter')
  const conflict = page.locator('.cell-conflict')
  await reads(conflict, /我写的[\s\S]*别人写的/)
  await shot(page, 'views-conflict')
  await conflict.getByRole('button').first().click()
  await expect.poll(async () => (await kept(b.id)).name).toBe('我写的')
  await page.getByRole('button', { name: '结束编辑' }).click()

  await page.getByRole('checkbox', { name: '全选' }).check()
  await page.getByRole('status').getByRole('button', { name: '批量修改' }).click()
  const dialog = page.getByRole('dialog')
  await dialog.getByText(/符合条件的全部/).click()
  await dialog.getByRole('combobox', { name: '字段' }).click()
  await page.keyboard.type('行业')
  await page.locator('.ant-select-dropdown:visible').getByText('行业', { exact: true }).click()
  await dialog.getByRole('combobox', { name: '行业' }).fill('医疗')
  await page.keyboard.press('Escape')
  await dialog.getByRole('button', { name: /修\s*改$/ }).click()
  await reads(dialog, /已修改 2 条/)
  await shot(page, 'views-bulk')
  await dialog.getByRole('button', { name: /撤\s*销/ }).click()
  await reads(dialog, /已恢复 2 条/)
})

test('what one sees is exported, fetched, and may be laid out as a board of any choice', async () => {
  const page = await open()
  await signIn(page, 'zhouming')
  await newLead(page, { company: '=导出公司', budget: 5000, owner: 'p-linxiao', industry: '医疗' })
  await page.goto(`/objects/lead?view=all&q=${encodeURIComponent('导出公司')}&cols=title,budget,owner.unit`)
  await page.getByTestId('lead-row').first().waitFor()
  await page.getByRole('button', { name: '导出', exact: true }).click()
  const dialog = page.getByRole('dialog')
  await dialog.getByText('CSV', { exact: true }).click()
  await dialog.getByRole('button', { name: '开始导出' }).click()
  await reads(dialog, /已导出 1 条/)
  await shot(page, 'views-export')
  const coming = page.waitForEvent('download')
  await dialog.locator('a[download]').first().click()
  const text = await readFile(await (await coming).path(), 'utf8')
  expect(text).toMatch(/^\uFEFF公司,预算,负责人·[^\r]+\r\n'=导出公司,5000,/)
  await dialog.getByRole('button', { name: /关\s*闭/ }).last().click()

  await page.goto('/objects/opportunity/board?view=all')
  await page.getByTestId('board-column').first().waitFor()
  await page.getByRole('combobox', { name: '看板的列' }).click()
  await page.locator('.ant-select-dropdown:visible').getByText('按输单原因分列', { exact: true }).click()
  await expect.poll(() => state(page.url(), 'by')).toBe('lost_reason')
  await settled(page)
  await shot(page, 'views-board')
})

test('End goes to the end of a list and Home back, with few rows drawn', async () => {
  const page = await open()
  await signIn(page, 'chenli')
  await page.goto('/objects/lead?view=all')
  await page.getByTestId('lead-row').first().waitFor()
  const ends = async (sort: string) => (await call<{ records: { id: string }[] }>(page, 'GET', `objects/lead/records?sort=${sort}&limit=1`)).body.records[0]?.id ?? ''
  const oldest = await ends('created_at')
  const newest = await ends('-created_at')
  expect(await barriers(page)).toEqual([])
  await page.locator('.record-table').focus()
  await page.keyboard.press('End')
  await row(page, oldest).waitFor()
  expect(await page.getByTestId('lead-row').count()).toBeLessThan(80)
  await page.locator('.record-table').focus()
  await page.keyboard.press('Home')
  await row(page, newest).waitFor()
})
