import { expect, test } from 'vitest'
import { narrow, useBrowser } from '../harness/browser'
import { call, newLead, reads, row, settled, shot, signIn } from '../harness/steps'

const open = useBrowser()

interface Explain {
  owner: { decision: string; text: string; person?: { name: string }; reason?: string; branches: { title: string; matched: boolean; chosen: boolean; considered?: number; candidates?: { person: { name: string }; passed: boolean; chosen: boolean; checks: { label: string; seen: string; passed: boolean }[] }[] }[] }
  tags: Record<string, { value: string; text: string }>
}

test('为什么 on an owner shows the branches, every candidate and what was seen', async () => {
  const page = await open()
  await signIn(page, 'chenli')
  const lead = await newLead(page, { company: '为什么学校', source: '展会扫码', industry: '教育', budget: '12万', region: '浙江 杭州' })
  const { body: explain } = await call<Explain>(page, 'GET', `objects/lead/records/${lead.id}/explain`)
  const chosen = explain.owner.branches.find((b) => b.chosen)
  expect(explain.owner.decision).toBe('assigned')
  expect(chosen?.title).toBe('教育 5–20万')

  await page.goto(`/objects/lead?view=all&q=${encodeURIComponent('为什么学校')}`)
  await row(page, lead.id).getByTestId('why-mark').click()
  const panel = page.getByTestId('why-panel')
  await panel.waitFor()
  await reads(page.getByRole('dialog'), new RegExp(`为什么是${explain.owner.person?.name}`))
  await reads(panel, /✓\s*分支「教育 5–20万」/)
  await reads(panel, /✓\s*行业标签是教育\s*看到：教育/)
  await reads(panel, /✓\s*预算在 5万 到 20万 之间\s*看到：¥12万/)
  await reads(panel, /候选 40 人/)
  await panel.getByRole('button', { name: /显示全部 \d+ 人/ }).click()
  const lines = panel.locator('.why-table tbody tr')
  expect(await lines.count()).toBe(chosen?.candidates?.length)
  for (const candidate of chosen?.candidates ?? []) {
    const line = lines.filter({ hasText: candidate.person.name })
    const cells = await line.locator('td').allInnerTexts()
    candidate.checks.forEach((check, i) => expect(cells[i]?.replace(/\s+/g, ' ').trim(), `${candidate.person.name} ${check.label}`).toBe(`${check.passed ? '✓' : '✗'} ${check.seen}`))
    if (candidate.chosen) expect(cells.at(-1)).toBe('选中')
  }
  // Of those who passed, and only of those, one was chosen.
  expect(chosen?.candidates?.filter((c) => c.chosen).every((c) => c.passed)).toBe(true)
  await settled(page)
  await shot(page, 'why-owner')

  const address = page.url()
  expect(new URL(address).searchParams.get('why')).toBe(`lead/${lead.id}/owner`)
  await page.keyboard.press('Escape')
  await panel.waitFor({ state: 'detached' })
  expect(new URL(page.url()).searchParams.get('why')).toBeNull()
  // The address opens it again, the rule is one click further.
  await page.goto(address)
  await panel.getByRole('link', { name: '查看规则' }).click()
  await page.getByRole('heading', { name: '线索分配', level: 1 }).waitFor()
})

test('为什么 on a tag names the rule, its conditions and the value', async () => {
  const page = await open()
  await signIn(page, 'chenli')
  const lead = await newLead(page, { company: '标签学校', source: '电话呼入', industry: '教培', budget: '5w', region: '浙江 宁波' })
  await page.goto(`/objects/lead/${lead.id}`)
  const { body: explain } = await call<Explain>(page, 'GET', `objects/lead/records/${lead.id}/explain`)
  for (const [label, name, value] of [['预算', 'budget', '5–20万'], ['行业', 'industry', '教育'], ['分级', 'grade', 'A']] as const) {
    await page.getByRole('button', { name: `${label}：${value}，为什么` }).click()
    const panel = page.getByRole('dialog').getByTestId('why-panel')
    await panel.waitFor()
    await reads(page.getByRole('dialog'), /为什么是这个标签/)
    await reads(panel.locator('.why-tag.is-strong'), new RegExp(`${label}\\s*${value}`))
    await reads(panel.locator('.why-tag.is-strong'), explain.tags[name]?.text.slice(0, 8) ?? 'nothing')
    if (name === 'grade') {
      await reads(panel, /✓/)
      await reads(panel, /✗[\s\S]*看到：/)
      await settled(page)
      await shot(page, 'why-tag')
    }
    await page.keyboard.press('Escape')
    await page.getByRole('dialog').waitFor({ state: 'detached' })
  }
})

test('a lead in the pool says why it is there', async () => {
  const page = await open()
  await signIn(page, 'chenli')
  const lead = await newLead(page, { company: '公海学校', industry: '教育', budget: '10万', region: '浙江 杭州', owner: null })
  await call(page, 'POST', `objects/lead/records/${lead.id}:return`, { reason: '客户只要线下课' })
  await page.goto(`/objects/lead/${lead.id}`)
  const panel = page.getByTestId('why-panel')
  await reads(panel, /为什么在公海/)
  await reads(panel, /客户只要线下课/)
  await settled(page)
  await shot(page, 'record-pool')
})

test('on a phone the panel rises from below and is read whole', async () => {
  const page = await open(narrow)
  await signIn(page, 'linxiao', '/objects/lead?view=all')
  const card = page.getByTestId('lead-row').first()
  await card.waitFor()
  const id = await card.getAttribute('data-id')
  await card.getByTestId('why-mark').click()
  const dialog = page.getByRole('dialog')
  await dialog.getByTestId('why-panel').waitFor()
  expect(new URL(page.url()).searchParams.get('why')).toBe(`lead/${id}/owner`)
  const box = await dialog.boundingBox()
  expect(box && box.width).toBe(narrow.width)
  const wide = await dialog.evaluate((e) => e.scrollWidth - e.clientWidth)
  expect(wide).toBeLessThanOrEqual(0)
})
