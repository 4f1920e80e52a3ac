import { expect, test } from 'vitest'
import { narrow, useBrowser, wide } from '../harness/browser'
import { call, go, settled, shot, signIn, signInByHand } from '../harness/steps'

const open = useBrowser()

test('a wrong password is refused in words, the right one lets in', async () => {
  const page = await open()
  await page.goto('/')
  const form = page.getByTestId('sign-in-form')
  await form.locator('input:not([type=password])').first().fill('admin')
  await form.locator('input[type=password]').fill('not it')
  await form.locator('button[type=submit]').click()
  const said = page.getByRole('alert').first()
  await said.waitFor()
  expect(await said.innerText()).toContain('用户名或密码不对')
  await shot(page, 'sign-in-refused')
  expect(await form.isVisible()).toBe(true)
  await signInByHand(page, 'admin')
})

test('a demo person is one tap away, and the address asked for is kept', async () => {
  const page = await open()
  await page.goto('/objects/customer')
  const demo = page.getByRole('region', { name: '演示账号，点一下即可进入' })
  await demo.waitFor()
  await shot(page, 'sign-in')
  await demo.getByRole('button', { name: /林晓/ }).click()
  await page.getByRole('heading', { name: '客户', exact: true }).waitFor()
  expect(new URL(page.url()).pathname).toBe('/objects/customer')
})

const everybody = ['今日', '线索', '客户', '商机', '合同', '公海', '超时清单', '看板']
const people = [
  { username: 'chenli', role: '销售总监', nav: [...everybody, '分配诊断', '查重', '话术库', '配置', '审计留痕'], publishes: ['分配规则', '标签维度', '跟进规则', '渠道'], keys: true },
  { username: 'zhouming', role: '主管', nav: [...everybody, '查重', '话术库', '配置'], publishes: [], keys: false },
  { username: 'linxiao', role: '销售', nav: [...everybody, '查重', '话术库', '配置'], publishes: [], keys: false },
  { username: 'fangyuan', role: '市场部', nav: ['今日', '导入线索', '话术库', '配置'], publishes: ['渠道'], keys: true },
  { username: 'admin', role: '管理员', nav: [...everybody, '分配诊断', '查重', '话术库', '配置', '审计留痕'], publishes: ['分配规则', '标签维度', '跟进规则', '渠道'], keys: true },
]
const definitions: Record<string, string> = { 分配规则: 'assignment_policy/lead_assignment', 标签维度: 'tag_dimension/grade', 跟进规则: 'follow_up_rule/lead_follow_up', 渠道: 'channel/h5_form' }

test.each(people)('$username sees what a $role works with', async ({ username, role, nav, publishes, keys }) => {
  const page = await open()
  await signIn(page, username)
  const links = page.getByRole('navigation', { name: '主导航' }).getByRole('link')
  await links.first().waitFor()
  expect(await links.allInnerTexts()).toEqual(nav)
  await settled(page)
  await shot(page, `home-${username}`)

  // What is not this person's says so, whichever way it is reached.
  await go(page, '/trail')
  await page.getByRole('heading', { name: '审计留痕' }).waitFor()
  expect(await page.getByText('没有权限查看').isVisible(), 'refused the trail').toBe(!nav.includes('审计留痕'))
  await go(page, '/import')
  await page.getByRole('heading', { name: '导入线索' }).waitFor()
  expect(await page.getByText('没有权限查看').isVisible(), 'refused the import').toBe(role === '销售')
  if (role === '销售') await shot(page, 'no-right')

  for (const [kind, path] of Object.entries(definitions)) {
    await go(page, `/config/${path}`)
    await page.locator('.builder-form, .build').first().waitFor()
    expect(await page.getByRole('button', { name: '发布' }).count(), `may publish ${kind}`).toBe(publishes.includes(kind) ? 1 : 0)
    const enabled = await page.locator(':is(.builder-form, .build-side, .build-main) :is(input, button, [role=switch], [role=combobox]):enabled').count()
    expect(enabled > 0, `may edit ${kind}`).toBe(publishes.includes(kind))
  }
  await go(page, '/config/keys')
  await settled(page)
  expect(await page.getByRole('button', { name: '新建密钥' }).count(), 'makes keys').toBe(keys ? 1 : 0)

  await page.getByRole('button', { name: /的菜单$/ }).click()
  await page.getByText(new RegExp(`${role} · `)).waitFor()
  await page.getByRole('menuitem', { name: '退出登录' }).click()
  await page.getByTestId('sign-in-form').waitFor()
  expect((await page.request.get('/api/v1/session')).status()).toBe(401)
})

test('on a phone the work is at the bottom, the rest behind More', async () => {
  const page = await open(narrow)
  await signIn(page, 'chenli')
  const bar = page.getByRole('navigation', { name: '主导航' })
  expect(await bar.getByRole('link').allInnerTexts()).toEqual(['今日', '线索', '客户', '看板'])
  await bar.getByRole('button', { name: '更多' }).click()
  await page.getByRole('dialog').getByRole('link', { name: '配置' }).click()
  await page.getByRole('heading', { name: '配置', level: 1 }).waitFor()
  await page.getByRole('link', { name: '线索分配' }).click()
  await page.getByText('‹ 配置').click()
  await page.getByRole('heading', { name: '配置', level: 1 }).waitFor()
})

test('the figures of the home page are those of the lists they lead to', async () => {
  const page = await open(wide)
  await signIn(page, 'chenli')
  for (const [label, path] of [['已超时', 'overdue'], ['今天到期', 'today']] as const) {
    await page.goto('/')
    const tile = page.getByTestId('home-tile').filter({ hasText: label })
    const shown = Number((await tile.locator('strong').innerText()).trim())
    expect(shown, label).toBeGreaterThan(0)
    await tile.click()
    await page.getByTestId('lead-row').first().waitFor()
    expect(new URL(page.url()).searchParams.get('view')).toBe(path)
    await expect.poll(() => page.getByTestId('lead-row').count()).toBe(shown)
  }
  const { body } = await call<{ records: { due_at: string }[] }>(page, 'GET', `objects/lead/records?sort=due_at:last&limit=5`)
  expect(body.records.map((r) => r.due_at)).toEqual(body.records.map((r) => r.due_at).filter(Boolean).sort())
})
