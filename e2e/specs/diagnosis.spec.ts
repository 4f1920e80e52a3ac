import { expect, test } from 'vitest'
import { narrow, useBrowser } from '../harness/browser'
import { call, newLead, reads, settled, shot, signIn } from '../harness/steps'

const open = useBrowser()

interface Stored { definition: { title: Record<string, string>; spec: Record<string, unknown> } }

test('分配诊断 names the misspelt rule, shows what its remedy would do, and publishes it', async () => {
  const page = await open()
  await signIn(page, 'admin')
  const { body: stored } = await call<Stored>(page, 'GET', 'definitions/assignment_policy/lead_assignment')
  const spec = structuredClone(stored.definition.spec) as { branches: Record<string, unknown>[] }
  const candidates = { leave: true }
  spec.branches = [
    { name: 'education', title: '教育', when: { all: [{ field: 'tag_industry', op: 'eq', value: '教肓' }] }, candidates, strategy: 'round_robin' },
    { name: 'rest', title: '其余', when: { all: [{ field: 'tag_industry', op: 'ne', value: '教育' }] }, candidates, strategy: 'round_robin' },
  ]
  const policy = { title: stored.definition.title, spec }
  const only = [{ kind: 'assignment_policy', name: 'lead_assignment' }]
  expect((await call(page, 'PUT', 'definitions/assignment_policy/lead_assignment', policy)).status).toBe(200)
  expect((await call(page, 'POST', 'revisions', { note: '写错的规则', only })).status).toBe(200)
  const lead = await newLead(page, { company: '没人接的学校', industry: '教育', budget: '8万' })
  expect(lead.owner).toBeNull()

  const director = await open()
  await signIn(director, 'chenli', `/objects/lead/${lead.id}`)
  await director.getByTestId('why-panel').getByRole('link', { name: '分配诊断' }).click()
  await reads(director.getByTestId('diagnosis-one'), /进入时无人分配/)
  await reads(director.getByTestId('diagnosis-fault'), /教肓.*是否指“教育”？[\s\S]*采纳后，这条线索会有人接/s)
  await settled(director)
  await shot(director, 'diagnosis-lead')

  await director.getByRole('link', { name: '分配诊断' }).first().click()
  await director.getByRole('heading', { name: '分配诊断', level: 1 }).waitFor()
  const fault = director.getByTestId('diagnosis-fault').filter({ hasText: '教肓' })
  await reads(fault, /挡住 \d+ 条/)
  await reads(fault, /把“教肓”改为“教育”/)
  await reads(fault, /采纳后，近30天无人分配 \d+ → \d+/)
  await settled(director)
  await shot(director, 'diagnosis')

  await fault.getByRole('button', { name: '查看并采纳' }).click()
  const dialog = director.getByRole('dialog')
  await reads(dialog, /教肓[\s\S]*教育/)
  await settled(director)
  await shot(director, 'diagnosis-adopt')
  await director.setViewportSize(narrow)
  await dialog.getByRole('button', { name: /^发\s?布$/ }).click()
  await dialog.waitFor({ state: 'detached' })
  await fault.waitFor({ state: 'detached' })
  const { body: now } = await call<Stored>(page, 'GET', 'definitions/assignment_policy/lead_assignment')
  expect(JSON.stringify(now.definition.spec)).not.toContain('教肓')
  expect((await newLead(page, { company: '有人接的学校', industry: '教育', budget: '8万' })).owner).not.toBeNull()

  // As it was, for whoever comes next.
  expect((await call(page, 'PUT', 'definitions/assignment_policy/lead_assignment', { title: stored.definition.title, spec: stored.definition.spec })).status).toBe(200)
  expect((await call(page, 'POST', 'revisions', { note: '恢复', only })).status).toBe(200)
})

test('a rep has no 分配诊断 in the menu, and its address says so', async () => {
  const page = await open()
  await signIn(page, 'linxiao')
  expect(await page.getByRole('link', { name: '分配诊断' }).count()).toBe(0)
  await page.goto('/diagnosis')
  await page.getByText('没有权限查看').waitFor()
  await shot(page, 'diagnosis-no-right')
})
