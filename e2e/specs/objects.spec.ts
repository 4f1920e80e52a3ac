import type { Locator, Page } from 'playwright-core'
import { expect, test } from 'vitest'
import { narrow, picture, useBrowser, useServer, wide } from '../harness/browser'
import { call, go, reads, settled, signIn } from '../harness/steps'

// A new object changes what every other spec sees.
const server = useServer()
const open = useBrowser(server)

const settings = (page: Page): Locator => page.getByTestId('field-settings')
const row = (page: Page, title: string): Locator => page.getByTestId('field-row').filter({ hasText: title })

const typeOf = (page: Page, type: string): Locator => page.getByRole('complementary', { name: '字段类型' }).getByTitle(`加一个字段：${type}`, { exact: true })

async function pick(page: Page, label: string, option: string | RegExp) {
  await page.getByRole('combobox', { name: label }).click()
  await page.locator('.ant-select-dropdown:visible .ant-select-item-option').filter({ hasText: option }).first().click()
}

async function add(page: Page, type: string, title: string) {
  await typeOf(page, type).click()
  const name = settings(page).getByRole('textbox', { name: '名称', exact: true })
  await expect.poll(() => name.inputValue()).toMatch(new RegExp(`^${type}`))
  await name.fill(title)
  await name.press('Enter')
  await row(page, title).waitFor()
}

async function publish(page: Page, note: string) {
  await page.getByTestId('check').getByText('没有发现问题，可以发布。').waitFor()
  await page.getByRole('button', { name: '发布', exact: true }).click()
  const dialog = page.getByRole('dialog')
  await dialog.getByRole('textbox').fill(note)
  await dialog.getByRole('button', { name: '发布' }).click()
  await dialog.waitFor({ state: 'detached' })
  await page.getByText('正在使用中。').waitFor()
}

/** Light and dark, at desk and phone width. */
async function looks(page: Page, name: string) {
  await settled(page)
  await picture(page, name)
}

test('a director builds 拜访计划, uses it at once, renames, retypes, removes and brings back', { timeout: 120_000 }, async () => {
  const page = await open(wide, ['/api/v1/definitions/object/', '/api/v1/objects/baifangjihua/records'])
  await signIn(page, 'chenli', '/config/objects')
  await page.getByRole('button', { name: '新建对象' }).click()
  await page.getByRole('dialog').getByRole('textbox', { name: '名称' }).fill('拜访计划')
  await page.getByRole('dialog').getByRole('button', { name: '下一步' }).click()
  await page.getByRole('heading', { name: '拜访计划' }).waitFor()
  expect(new URL(page.url()).pathname).toBe('/config/object/baifangjihua')

  await add(page, '单选', '目的')
  await page.getByRole('button', { name: '粘贴多个' }).click()
  await page.getByRole('dialog').getByRole('textbox').fill('回访\n签约\n回访')
  await page.getByRole('dialog').getByRole('button', { name: '加入' }).click()
  await expect.poll(() => settings(page).getByRole('textbox', { name: /选项 \d 的名称/ }).count()).toBe(2)
  await add(page, '日期', '拜访日期')
  await add(page, '关联', '客户')
  await pick(page, '关联到', /^客户$/)
  await add(page, '文本', '人数')
  await add(page, '金额', '预计费用')
  // What can be named is offered, what is wrong is said at its place.
  await add(page, '公式', '含税费用')
  const formula = settings(page).getByRole('combobox', { name: '公式' })
  await formula.fill('预计费 ')
  await settings(page).locator('.formula-marks mark').waitFor()
  await formula.fill('预计')
  await settings(page).getByRole('option', { name: /预计费用/ }).waitFor()
  await formula.press('Enter')
  await expect.poll(() => formula.inputValue()).toBe('预计费用')
  await formula.press('End')
  await formula.pressSequentially(' * 1.06')
  await reads(settings(page), /读作：预计费用 × 1\.06/)
  await add(page, '自动编号', '编号')
  await settings(page).getByRole('textbox', { name: '编号格式' }).fill('BF-{YYYY}{MM}-{000}')
  await reads(page.getByTestId('number-example'), /BF-\d{6}-001/)
  // By mouse the date goes to its place; by key it goes on.
  const hold = await row(page, '编号').getByRole('button', { name: /^移动/ }).boundingBox()
  const to = await row(page, '目的').boundingBox()
  if (!hold || !to) throw new Error('nothing to drag')
  await page.mouse.move(hold.x + 8, hold.y + hold.height / 2)
  await page.mouse.down()
  await page.mouse.move(hold.x + 20, hold.y, { steps: 3 })
  await page.mouse.move(to.x + 60, to.y + to.height / 2, { steps: 6 })
  await page.locator('.field-row.is-over').waitFor()
  await page.mouse.up()
  const order = (): Promise<string[]> => page.getByTestId('field-row').locator('.field-title').allInnerTexts()
  await expect.poll(order).toEqual(['名称 *', '编号', '目的', '拜访日期', '客户', '人数', '预计费用', '含税费用'])
  await row(page, '编号').getByRole('button', { name: /^移动/ }).press('ArrowDown')
  await expect.poll(order).toEqual(['名称 *', '目的', '编号', '拜访日期', '客户', '人数', '预计费用', '含税费用'])
  await page.getByText(/校验与唯一/).click()
  await page.getByRole('button', { name: '校验', exact: true }).click()
  await page.getByRole('textbox', { name: '校验 1 要说的话' }).fill('签约要写费用')
  const check = page.getByTestId('object-check')
  await check.getByRole('button', { name: '条件', exact: true }).click()
  const leaf = page.locator('.leaf-form')
  await leaf.getByRole('combobox', { name: '字段', exact: true }).click()
  await page.locator('.ant-select-dropdown:visible').getByText('预计费用', { exact: true }).click()
  await leaf.getByRole('combobox', { name: '比较方式' }).click()
  await page.locator('.ant-select-dropdown:visible').getByText('为空', { exact: true }).click()
  await leaf.getByRole('button', { name: '完成' }).click()
  await reads(check, /当预计费用为空时不能保存/)
  await looks(page, 'object-rules-1440')
  await page.getByText(/^字段 \d+$/).click()
  await row(page, '含税费用').locator('.field-pick').click()
  await looks(page, 'object-editor-1440')
  await publish(page, '拜访计划')

  // In the navigation, with its list, new record and page.
  await page.getByRole('navigation').getByRole('link', { name: '拜访计划' }).click()
  await page.getByText('还没有归你的拜访计划').or(page.getByText('还没有拜访计划')).waitFor()
  await page.getByRole('button', { name: '新建拜访计划' }).first().click()
  const drawer = page.getByRole('dialog')
  await drawer.getByRole('textbox', { name: '名称' }).fill('拜访长安')
  await drawer.getByRole('textbox', { name: '人数' }).fill('三五个')
  await drawer.getByRole('button', { name: /保存|新建|创建/ }).last().click()
  await drawer.getByText('签约要写费用').waitFor()
  await drawer.getByRole('textbox', { name: '预计费用' }).fill('1000')
  await drawer.getByRole('button', { name: /保存|新建|创建/ }).last().click()
  await page.getByRole('heading', { name: '拜访长安' }).waitFor()
  await reads(page.locator('main'), /1,?060/)

  // Renamed, its value stays; then as a number, after a look at what does not convert.
  await go(page, '/config/object/baifangjihua')
  await row(page, '人数').locator('.field-pick').click()
  const title = settings(page).getByRole('textbox', { name: '名称', exact: true })
  await title.fill('到场人数')
  await title.press('Enter')
  await settings(page).getByText('只是改名').waitFor()
  await publish(page, '改名')
  await settings(page).getByRole('button', { name: '改类型' }).click()
  await pick(page, '改成', /^整数$/)
  await reads(page.getByTestId('retype-preview'), /共 1 个值：0 个能转换，1 个不能[\s\S]*三五个/)
  await page.getByRole('radio', { name: /照样改/ }).check()
  await looks(page, 'object-retype-1440')
  await page.getByRole('dialog').getByRole('button', { name: '开始更改' }).click()
  await row(page, '到场人数').getByText('整数').waitFor()

  await row(page, '到场人数').getByRole('button', { name: '删除 到场人数' }).click()
  await publish(page, '移除')
  await page.getByText('已移除', { exact: true }).click()
  await page.getByTestId('removed-fields').getByRole('button', { name: '恢复' }).click()
  await page.getByText('没有移除过字段').waitFor()
  await page.getByText(/^字段 \d+$/).click()
  await row(page, '到场人数').waitFor()

  // On the other side of the relation it is counted.
  await go(page, '/config/object/customer')
  await add(page, '汇总', '拜访次数')
  await pick(page, '统计什么', '拜访计划')
  await publish(page, '拜访次数')
  const meta = (await call<{ objects: { name: string; fields: { title: { 'zh-CN': string }; type: string }[] }[] }>(page, 'GET', 'meta')).body
  expect(meta.objects.find((o) => o.name === 'customer')?.fields.find((f) => f.title['zh-CN'] === '拜访次数')?.type).toBe('integer')
  await page.getByRole('button', { name: '撤销这次发布' }).click()
  await page.getByText('已撤销，恢复到发布之前').waitFor()
  await go(page, '/config/objects')
  await page.getByTestId('objects').getByText('拜访计划').waitFor()
  await looks(page, 'objects-1440')
})

test('by thumb, on a phone, a field is added in steps', async () => {
  const page = await open(narrow)
  await signIn(page, 'chenli', '/config/object/customer')
  await typeOf(page, '日期').click()
  const name = settings(page).getByRole('textbox', { name: '名称', exact: true })
  await expect.poll(() => name.inputValue()).toMatch(/^日期/)
  await name.fill('签约纪念日')
  await name.press('Enter')
  await looks(page, 'object-step-settings-390')
  await page.getByRole('list', { name: '步骤' }).getByRole('button', { name: '字段' }).last().click()
  await row(page, '签约纪念日').waitFor()
  await looks(page, 'object-step-fields-390')
  await page.getByRole('list', { name: '步骤' }).getByRole('button', { name: '检查发布' }).click()
  await page.getByTestId('check').getByText('没有发现问题，可以发布。').waitFor()
  expect(await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth)).toBeLessThanOrEqual(0)
})
