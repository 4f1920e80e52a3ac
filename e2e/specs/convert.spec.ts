import { expect, test } from 'vitest'
import { narrow, useBrowser } from '../harness/browser'
import { call, newLead, reads, settled, shot, signIn, type Lead } from '../harness/steps'

const open = useBrowser()
type Kept = { record: Lead }

test('a lead is converted with a preview, links to what it became, follows it, and is taken back', async () => {
  const page = await open(undefined, ['status of 422'])
  await signIn(page, 'chenli')
  const me = (await call<{ user: { id: string } }>(page, 'GET', 'session')).body.user.id
  const lead = await newLead(page, { company: '转化试点学校', name: '温老师', industry: '教育', budget: '30万', product_line: '云课堂', region: '江苏 南京', owner: me })
  await page.goto(`/objects/lead/${lead.id}`)
  await page.getByRole('button', { name: '转化', exact: true }).click()
  const dialog = page.getByRole('dialog')
  await reads(dialog, /客户[\s\S]*联系人[\s\S]*商机/)
  expect(await dialog.getByTestId('convert-customer').getByRole('textbox', { name: '客户名称' }).inputValue()).toBe('转化试点学校')
  expect(await dialog.getByTestId('convert-opportunity').getByRole('textbox', { name: '商机名称' }).inputValue()).toBe('转化试点学校 云课堂')
  await settled(page)
  await shot(page, 'convert')

  // A stage asks for its fields; the refusal stands at the field and nothing is made.
  const deal = dialog.getByTestId('convert-opportunity')
  await deal.getByRole('combobox', { name: '阶段' }).click()
  await page.locator('.ant-select-dropdown:visible').getByText('商务谈判', { exact: true }).click()
  await dialog.getByRole('button', { name: '确认转化' }).click()
  await reads(deal, /“商务谈判”阶段要填写“预计签约”/)
  await deal.getByRole('combobox', { name: '阶段' }).click()
  await page.locator('.ant-select-dropdown:visible').getByText('需求确认', { exact: true }).click()
  await dialog.getByRole('button', { name: '确认转化' }).click()

  const banner = page.getByTestId('converted')
  await reads(banner, /由 陈立 于[\s\S]*客户[\s\S]*转化试点学校[\s\S]*联系人[\s\S]*温老师[\s\S]*商机[\s\S]*转化试点学校 云课堂/)
  const kept = async () => (await call<Kept>(page, 'GET', `objects/lead/records/${lead.id}`)).body.record
  await settled(page)
  await shot(page, 'converted')

  // Back while nothing stands on it.
  await banner.getByRole('button', { name: '撤销转化' }).click()
  await page.locator('.ant-popover:visible').getByRole('button', { name: '撤销转化' }).click()
  await banner.waitFor({ state: 'detached' })
  expect((await kept()).opportunity).toBe(null)

  // A quote is begun on the opportunity's page with what it takes over.
  const deals = await call<Kept>(page, 'POST', 'objects/opportunity/records', { name: '转化试点商机', amount: 300000, owner: me })
  await page.goto(`/objects/opportunity/${deals.body.record.id}`)
  await page.getByTestId('related').getByRole('link', { name: '+ 报价' }).click()
  const drawer = page.getByRole('dialog')
  await drawer.getByText('转化试点商机').waitFor()
  await drawer.getByRole('textbox', { name: '报价编号' }).fill('Q-试点-1')
  await drawer.getByRole('button', { name: '保存' }).click()
  await page.waitForURL(/objects\/quote\/[^?]+$/)
  await reads(page.locator('main'), /Q-试点-1[\s\S]*¥30.0万/)
}, 60_000)

test('a second new signing is stopped: one click makes it an add-on, finance passes it with a reason', async () => {
  const page = await open(undefined, ['status of 409'])
  await signIn(page, 'chenli')
  const customer = (await call<Kept>(page, 'POST', 'objects/customer/records', { name: '签约试点有限公司' })).body.record
  expect((await call(page, 'POST', 'objects/contract/records', { number: 'HT-试点-1', customer: customer.id, amount: 100 })).status).toBe(201)
  const begin = async (p: typeof page, number: string) => {
    await p.goto(`/objects/contract?new=1&set.customer=${customer.id}`)
    const drawer = p.getByRole('dialog')
    await drawer.getByText('签约试点有限公司').waitFor()
    await drawer.getByRole('textbox', { name: '合同编号' }).fill(number)
    await drawer.getByRole('button', { name: '保存' }).click()
    await reads(drawer.getByTestId('refused'), /新签去重[\s\S]*12 个月内已有合同“HT-试点-1”/)
    return drawer
  }
  const drawer = await begin(page, 'HT-试点-2')
  await reads(drawer.getByTestId('refused'), /请财务填写原因后放行/)
  await settled(page)
  await shot(page, 'second-new-signing')
  await drawer.getByRole('button', { name: '改为“增购”并保存' }).click()
  await page.waitForURL(/objects\/contract\/[^?]+$/)
  await reads(page.locator('[data-field=kind]'), /增购/)

  const desk = await open(narrow, ['status of 409'])
  await signIn(desk, 'tangwen')
  const theirs = await begin(desk, 'HT-试点-3')
  const pass = theirs.getByRole('button', { name: '放行并保存' })
  expect(await pass.isDisabled()).toBe(true)
  await theirs.getByRole('textbox', { name: '放行原因' }).fill('主体变更，按合同补签')
  await pass.click()
  await desk.waitForURL(/objects\/contract\/[^?]+$/)
  await reads(desk.locator('.timeline'), /放行“新签去重”：主体变更，按合同补签/)
}, 60_000)
