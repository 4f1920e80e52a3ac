import { expect, test } from 'vitest'
import { narrow, useBrowser } from '../harness/browser'
import { call, newLead, reads, settled, shot, signIn } from '../harness/steps'

const open = useBrowser()

interface Pairs { pairs: { id: string }[] }

test('an entry is warned of what stands; the pair is merged value by value, undone, and told apart for good', async () => {
  const page = await open()
  await signIn(page, 'chenli')
  const first = await newLead(page, { company: '绍兴镜湖云杉智能科技有限公司', name: '顾明远', region: '浙江 绍兴', industry: '制造', budget: '30万', note: '要看样机' })

  // At entry: who holds it, before anything is saved.
  await page.goto('/objects/lead?new=1')
  const drawer = page.getByRole('dialog')
  await drawer.getByRole('textbox', { name: '公司' }).fill('镜湖云杉智能科技（绍兴）有限责任公司')
  await drawer.getByRole('textbox', { name: '联系人' }).fill('顾明远')
  const warning = drawer.getByTestId('entry-warning')
  await reads(warning, /可能已经有类似的记录|很可能已经有了/)
  await reads(warning, /绍兴镜湖云杉智能科技有限公司/)
  await reads(warning, /负责/)
  await settled(page)
  await shot(page, 'duplicates-entry')
  await drawer.getByRole('textbox', { name: '手机' }).fill('17611112222')
  await drawer.getByRole('textbox', { name: '邮箱' }).fill('gu@jinghu.example')
  await drawer.getByRole('button', { name: '保存' }).click()
  await page.getByTestId('merged').getByRole('link', { name: /1 条可能重复/ }).waitFor()
  const second = page.url().split('/').pop() ?? ''

  // Side by side: why, which stays, the phone of the other.
  await page.getByTestId('merged').getByRole('link').click()
  const compare = page.getByTestId('compare')
  await reads(compare, /联系人同名同地区/)
  await settled(page)
  await shot(page, 'duplicates-compare')
  const phones = compare.getByRole('radiogroup', { name: '手机' }).getByRole('radio')
  await phones.nth(1).check()
  await page.keyboard.press('m')
  const undo = page.getByRole('button', { name: '撤销', exact: true })
  await undo.waitFor()
  const merged = await call<{ record: Record<string, unknown> }>(page, 'GET', `objects/lead/records/${first.id}`)
  expect([merged.body.record.phone, merged.body.record.email, merged.body.record.note]).toEqual(['+8617611112222', 'gu@jinghu.example', '要看样机'])
  await undo.click()
  await page.getByText('已撤销合并，两条都恢复原样').waitFor()
  const back = await call<{ record: Record<string, unknown> }>(page, 'GET', `objects/lead/records/${second}`)
  expect([back.status, back.body.record.phone]).toEqual([200, '+8617611112222'])

  // Not a duplicate after all: remembered, found again under what was decided, and put back.
  await page.goto(`/duplicates?object=lead&record=${first.id}`)
  await page.getByTestId('compare').waitFor()
  await page.keyboard.press('n')
  await page.getByText('已记住：不是重复。').waitFor()
  await page.getByText('没有待处理的重复').waitFor()
  await page.goto(`/duplicates?object=lead&record=${first.id}&state=dismissed`)
  await page.getByRole('button', { name: '放回待处理' }).click()
  await page.getByText('已放回待处理').waitFor()
})

test('by thumb: the queue, one pair, merged; the record tells it and takes it back; a merged one leads to where it went', async () => {
  const page = await open(narrow, ['status of 404'])
  await signIn(page, 'chenli')
  const a = await newLead(page, { company: '舟山海礁航运装备有限公司', name: '沈一帆', region: '浙江 舟山' })
  const b = await newLead(page, { company: '海礁航运装备', name: '沈一帆', region: '浙江 舟山', email: 'shen@haijiao.example' })
  await expect.poll(async () => (await call<Pairs>(page, 'GET', `objects/lead/duplicates?record=${a.id}`)).body.pairs.length).toBe(1)
  await page.goto('/duplicates?object=lead')
  const line = page.getByTestId('pair').filter({ hasText: '舟山海礁' })
  await line.waitFor()
  await settled(page)
  await shot(page, 'duplicates-queue')
  await line.getByRole('button').click()
  await page.getByTestId('compare').waitFor()
  await settled(page)
  const small = await page.locator('main :is(button, a, label):visible').evaluateAll((all) => all.filter((e) => e.getBoundingClientRect().height < 40).map((e) => e.textContent))
  expect(small, 'targets under 40 px').toEqual([])
  await page.getByRole('button', { name: /^合并，保留/ }).click()
  await page.getByText(/^已合并到/).waitFor()
  await page.goto(`/objects/lead/${b.id}`)
  await page.getByTestId('went-into').getByRole('link').click()
  const banner = page.getByTestId('merged')
  await reads(banner, /把“海礁航运装备”合并到了这里/)
  await settled(page)
  await shot(page, 'duplicates-merged')
  await banner.getByRole('button', { name: '撤销合并' }).click()
  await page.getByRole('tooltip').or(page.locator('.ant-popover')).getByRole('button', { name: '撤销合并' }).click()
  await page.getByText('已撤销合并，两条都恢复原样').waitFor()
  expect((await call(page, 'GET', `objects/lead/records/${b.id}`)).status).toBe(200)
})
