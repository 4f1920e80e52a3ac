import type { Page } from 'playwright-core'
import { expect, test } from 'vitest'
import { narrow, useBrowser, useServer, wide } from '../harness/browser'
import { call, newLead, reads, settled, shot, signIn } from '../harness/steps'

// Published rules change what every other spec sees.
const server = useServer()
const open = useBrowser(server)

interface Revision { n: number; note: string }
const revisions = async (page: Page): Promise<Revision[]> => (await call<{ revisions: Revision[] }>(page, 'GET', 'revisions')).body.revisions

/** Publishes what is on the page and gives the new revision's number. */
async function publish(page: Page, note: string): Promise<number> {
  await page.getByRole('button', { name: '发布', exact: true }).click()
  const dialog = page.getByRole('dialog')
  await dialog.getByRole('textbox').fill(note)
  await dialog.getByRole('button', { name: '发布' }).click()
  await dialog.waitFor({ state: 'detached' })
  const [newest] = await revisions(page)
  expect(newest?.note).toBe(note)
  return newest?.n ?? 0
}

test('the director moves a tag’s band; the next lead and the ones that stand follow', async () => {
  const page = await open()
  await signIn(page, 'chenli')
  const standing = await newLead(page, { company: '站着的学校', budget: 60_000, region: '江苏 南京' })
  expect(standing.tags.budget).toBe('5–20万')
  await page.goto('/config/tag_dimension/budget')
  await page.getByRole('spinbutton', { name: '区间 1 的上限值' }).fill('80000')
  await page.getByText('有未保存的改动').waitFor()
  await page.getByText('没有发现问题，可以发布。').waitFor()
  await reads(page.locator('.config-sentence'), /低于 8万/)
  await settled(page)
  await shot(page, 'config-tag')
  await publish(page, '小单放宽到 8 万')
  const fresh = await newLead(page, { company: '新来的学校', budget: 60_000, region: '江苏 南京' })
  expect(fresh.tags.budget).toBe('<5万')
  await expect.poll(async () => (await call<{ record: { tags: Record<string, string> } }>(page, 'GET', `objects/lead/records/${standing.id}`)).body.record.tags.budget, { timeout: 30_000 }).toBe('<5万')
})

test('a policy is changed in the plain form; a draft waits, publishing takes effect at once', async () => {
  const page = await open()
  await signIn(page, 'chenli', '/config/assignment_policy/lead_assignment')
  const branch = (title: string) => page.getByTestId('branch').filter({ has: page.locator(`input[value="${title}"]`) })
  const others = branch('其他线索')
  // All of them to 林晓: a condition on the person is added, read as words, edited in its chip.
  const reps = others.getByRole('group', { name: '「其他线索」的销售条件' })
  await reps.getByRole('button', { name: '条件', exact: true }).click()
  const editor = page.locator('.leaf-form')
  await editor.getByRole('combobox', { name: '字段' }).click()
  await page.keyboard.type('姓名')
  await page.locator('.ant-select-dropdown:visible').getByText('姓名', { exact: true }).click()
  await editor.getByRole('textbox', { name: '姓名的值' }).fill('林晓')
  await editor.getByRole('button', { name: '完成' }).click()
  await reads(others, /读作：[\s\S]*姓名是林晓/)
  await page.getByText('正在检查…').waitFor({ state: 'detached' })
  await page.getByTestId('check').getByText(/没有人达到/).first().waitFor() // all of them to one person is allowed, and warned of
  await settled(page)
  await shot(page, 'config-policy')

  await page.getByRole('button', { name: '保存草稿' }).click()
  await page.getByText('草稿已保存').waitFor()
  await page.getByText('有草稿未发布').first().waitFor()
  const before = await newLead(page, { company: '草稿时的公司', industry: '零售', budget: '6万', region: '浙江 杭州' })
  await page.reload()
  await reads(branch('其他线索'), /姓名是林晓/)
  await publish(page, '其他线索先给林晓')
  const after = await newLead(page, { company: '发布后的公司', industry: '零售', budget: '6万', region: '浙江 杭州' })
  expect(after.owner).toBe('p-linxiao')
  expect(before.owner, 'a draft decides nothing').toBeTruthy()
  await page.goto(`/objects/lead/${after.id}`)
  await reads(page.getByTestId('why-panel'), /为什么是林晓[\s\S]*姓名/)
})

test('a rule that names nothing real is refused with its place and remedy', async () => {
  const page = await open(wide, ['status of 422'])
  await signIn(page, 'chenli', '/config/assignment_policy/lead_assignment')
  const first = page.getByTestId('branch').first()
  await first.getByRole('group', { name: /的线索条件$/ }).getByRole('button', { name: '条件', exact: true }).click()
  await page.locator('.leaf-form').getByRole('button', { name: '完成' }).click()
  const problem = page.locator('.problems li').first()
  await problem.waitFor()
  await reads(problem, /分支 1[\s\S]*条件 3/)
  await settled(page)
  await shot(page, 'config-problem')
  await page.getByRole('button', { name: '放弃改动' }).click()
  await page.getByText('缺少要比较的值').first().waitFor({ state: 'detached' })
  await page.getByText('有未保存的改动').waitFor({ state: 'detached' })
  await expect.poll(() => first.getByTestId('condition').count()).toBe(4)
})

test('a new dimension is made without code and every new lead carries it', async () => {
  const page = await open(wide, ['/api/v1/definitions/tag_dimension/dim_'])
  await signIn(page, 'chenli', '/config')
  await page.getByRole('button', { name: '新建标签维度' }).click()
  await page.getByRole('dialog').getByRole('textbox').fill('客户紧急度')
  await page.getByRole('dialog').getByRole('button', { name: '下一步' }).click()
  await page.getByRole('heading', { name: '客户紧急度' }).waitFor()
  for (const [n, value] of [[1, '着急'], [2, '不急']] as const) {
    await page.getByRole('button', { name: '取值', exact: true }).click()
    await page.getByRole('textbox', { name: `取值 ${n}` }).fill(value)
  }
  await page.getByRole('button', { name: '规则', exact: true }).click()
  await page.getByRole('combobox', { name: '规则 1 的标签' }).click()
  await page.locator('.ant-select-dropdown:visible').getByText('着急', { exact: true }).click()
  await page.getByRole('group', { name: '规则 1' }).getByRole('button', { name: '条件', exact: true }).click()
  const editor = page.locator('.leaf-form')
  await editor.getByRole('combobox', { name: '字段' }).click()
  await page.keyboard.type('备注')
  await page.locator('.ant-select-dropdown:visible').getByText('备注', { exact: true }).click()
  await editor.getByRole('textbox', { name: '备注的值' }).fill('马上')
  await editor.getByRole('button', { name: '完成' }).click()
  await page.getByRole('combobox', { name: '都不成立时' }).click()
  await page.locator('.ant-select-dropdown:visible').getByText('不急', { exact: true }).click()
  await publish(page, '加一个紧急度')
  const urgent = await newLead(page, { company: '着急学校', note: '马上要用', region: '浙江 杭州' })
  const calm = await newLead(page, { company: '不急学校', note: '明年再说', region: '浙江 杭州' })
  expect([Object.values(urgent.tags).includes('着急'), Object.values(calm.tags).includes('不急')]).toEqual([true, true])
  await page.goto(`/objects/lead/${urgent.id}`)
  await page.getByRole('button', { name: '客户紧急度：着急，为什么' }).click()
  await reads(page.getByRole('dialog'), /备注包含[\s\S]*看到：马上要用/)
})

test('the follow-up rule moves the next countdown', async () => {
  const page = await open(wide, ['status of 409'])
  await signIn(page, 'chenli', '/config/follow_up_rule/lead_follow_up')
  await page.getByRole('spinbutton', { name: '首次打开时限' }).fill('8')
  await reads(page.locator('.config-sentence'), /8 小时内打开/)
  await publish(page, '八小时内打开')
  const lead = await newLead(page, { company: '八小时学校', region: '浙江 杭州', owner: 'p-linxiao' })
  const { body } = await call<{ record: { assigned_at: string; due_at: string } }>(page, 'GET', `objects/lead/records/${lead.id}`)
  expect(Date.parse(body.record.due_at) - Date.parse(body.record.assigned_at)).toBe(8 * 3_600_000)

  // Somebody else publishes while the form is open: it is named, and goes only when one says so.
  const path = 'definitions/follow_up_rule/lead_follow_up'
  await page.getByRole('spinbutton', { name: '首次打开时限' }).fill('9')
  const { body: now } = await call<{ definition: { title: object; spec: { first_open_hours: number } } }>(page, 'GET', path)
  await call(page, 'PUT', path, { title: now.definition.title, spec: { ...now.definition.spec, first_open_hours: 6 } })
  await call(page, 'POST', 'revisions', { only: [{ kind: 'follow_up_rule', name: 'lead_follow_up' }] })
  await page.getByRole('button', { name: '发布', exact: true }).click()
  const dialog = page.getByRole('dialog')
  await dialog.getByRole('button', { name: '发布', exact: true }).click()
  await reads(dialog.getByRole('alert'), /陈立 已在你修改期间发布了/)
  await dialog.getByRole('button', { name: '用我的版本覆盖' }).click()
  await dialog.waitFor({ state: 'detached' })
  const { body: after } = await call<{ definition: { spec: { first_open_hours: number } } }>(page, 'GET', path)
  expect(after.definition.spec.first_open_hours).toBe(9)
})

test('a channel’s key is shown once and lets leads in', async () => {
  const page = await open()
  await signIn(page, 'fangyuan', '/config/channel/h5_form')
  await page.getByRole('button', { name: '为这个渠道新建密钥' }).click()
  await page.getByRole('dialog').getByRole('button', { name: '新建密钥' }).click()
  const secret = (await page.getByTestId('key-secret').innerText()).trim()
  await shot(page, 'config-key')
  await page.getByRole('button', { name: '我已保存' }).click()
  const sent = await fetch(`${server().baseURL}/api/v1/intake/h5_form`, {
    method: 'POST', headers: { 'Content-Type': 'application/json', 'X-Channel-Key': secret },
    body: JSON.stringify({ company: '表单来的学校', phone: '13955509999', budget: '7万' }),
  })
  expect(sent.status).toBe(202)
  // Marketing lets leads in and sees none; the director sees them, and the keys.
  const boss = await open()
  await signIn(boss, 'chenli', `/objects/lead?view=all&q=${encodeURIComponent('表单来的学校')}`)
  await reads(boss.getByTestId('lead-row').first(), /表单来的学校/)
  await boss.goto('/config/keys')
  await boss.getByRole('cell', { name: 'h5_form' }).or(boss.getByRole('cell', { name: 'H5表单' })).first().waitFor()
  await shot(boss, 'config-keys')
})

test('every publication is listed; an earlier one is brought back whole', async () => {
  const page = await open()
  await signIn(page, 'chenli')
  const before = await revisions(page)
  await page.goto('/config/revisions')
  await reads(page.locator('.revisions'), /八小时内打开[\s\S]*修改跟进规则「线索跟进时限」/)
  await shot(page, 'config-revisions')
  await page.getByRole('button', { name: '恢复到修订 1', exact: true }).click()
  await page.getByText('恢复到修订 1？').waitFor()
  await page.getByRole('tooltip').getByRole('button', { name: '恢复' }).click()
  await page.getByText('已恢复到修订 1').waitFor()
  await expect.poll(async () => (await revisions(page)).length).toBe(before.length + 1)
  await page.goto('/config/tag_dimension/budget')
  await reads(page.locator('.config-sentence'), /低于 5万/)
  const lead = await newLead(page, { company: '恢复后的学校', budget: 60_000, region: '江苏 南京' })
  expect(lead.tags.budget).toBe('5–20万')
  await page.goto('/config/revisions')
  await page.locator('.revisions li').first().getByText('当前').waitFor()
})

test('what has no form is read in words; on a phone the form is one column', async () => {
  const page = await open()
  await signIn(page, 'zhouming') // who reads all of it and changes none
  for (const [path, words] of [['role/rep', /线索\s+自己的 \+ 公海\s+自己的/], ['object/lead', /预算\s+金额/], ['measure/win_rate', /分子条件[\s\S]*阶段是合同签署/], ['funnel/lead', /待联系、有效沟通、方案报价、合同签署/], ['calendar/cn', /2026 年，\d+ 天/]] as const) {
    await page.goto(`/config/${path}`)
    await reads(page.locator('.builder-form'), words)
    await shot(page, `config-${path.replace('/', '-')}`)
  }
  await page.setViewportSize(narrow)
  await page.goto('/config/assignment_policy/lead_assignment')
  await page.getByTestId('branch').first().waitFor()
  const overflow = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth)
  expect(overflow).toBeLessThanOrEqual(0)
})
