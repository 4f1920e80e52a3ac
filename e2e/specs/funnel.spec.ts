import type { Page } from 'playwright-core'
import { expect, test } from 'vitest'
import { narrow, useBrowser } from '../harness/browser'
import { call, newLead, reads, settled, shot, signIn } from '../harness/steps'

const open = useBrowser()

interface Stage { stage: string; title: string | { 'zh-CN': string }; count: number; rate_prev: number | null; rate_first: number | null; mean_days: number | null; completed: number | null }
interface Result { stages: Stage[]; groups?: { key: string; name: string; stages: Stage[] }[] }
const ask = { mode: 'cohort', period: { last: 90, unit: 'day' } }
const funnel = async (page: Page, body: unknown): Promise<Result> => (await call<Result>(page, 'POST', 'funnels/lead', body)).body

const cell = (page: Page, stage: string, metric: 'count' | 'stay', key?: string) =>
  page.locator(`[data-testid=funnel-cell][data-stage=${stage}][data-metric=${metric}]${key === undefined ? ':not([data-key])' : `[data-key="${key}"]`}`).first()

/** Opens a number and counts the records behind it, to the last page. */
async function behind(page: Page): Promise<number> {
  const drawer = page.getByRole('dialog')
  await drawer.getByTestId('drill-record').first().waitFor()
  const more = drawer.getByRole('button', { name: '更多' })
  while (await more.isVisible()) {
    const before = await drawer.getByTestId('drill-record').count()
    await more.click()
    await expect.poll(() => drawer.getByTestId('drill-record').count()).toBeGreaterThan(before)
  }
  return drawer.getByTestId('drill-record').count()
}

test('cohort and period, with the figures that the server computed', async () => {
  const page = await open()
  await signIn(page, 'chenli', '/funnel')
  const result = await funnel(page, ask)
  for (const s of result.stages) {
    await reads(cell(page, s.stage, 'count'), new RegExp(`^${s.count.toLocaleString('en-US')}$`))
    if (s.mean_days !== null) await reads(cell(page, s.stage, 'stay'), new RegExp(`^${s.mean_days.toFixed(1)} 天$`))
  }
  await reads(cell(page, 'quoted', 'stay'), /^4\.2 天$/)
  const line = page.locator('.funnel-table tbody tr').nth(2)
  await reads(line, new RegExp(`${((result.stages[2]?.rate_prev ?? 0) * 100).toFixed(1)}%`))
  await page.locator('svg').first().waitFor()
  await settled(page)
  await shot(page, 'funnel-cohort')

  await page.getByText('按发生时间').click()
  await expect.poll(() => new URL(page.url()).searchParams.get('mode')).toBe('period')
  const period = await funnel(page, { ...ask, mode: 'period' })
  expect(period.stages.map((s) => s.count)).not.toEqual(result.stages.map((s) => s.count))
  await reads(cell(page, 'signed', 'count'), new RegExp(`^${period.stages[3]?.count.toLocaleString('en-US')}$`))
  await page.getByRole('combobox', { name: '时间范围' }).click()
  await page.locator('.ant-select-dropdown:visible').getByText('近 30 天').click()
  const month = await funnel(page, { mode: 'period', period: { last: 30, unit: 'day' } })
  await reads(cell(page, 'signed', 'count'), new RegExp(`^${month.stages[3]?.count.toLocaleString('en-US')}$`))
  await page.reload()
  await reads(cell(page, 'signed', 'count'), new RegExp(`^${month.stages[3]?.count.toLocaleString('en-US')}$`))
})

test.each([['region', '按大区'], ['team', '按团队'], ['owner', '按销售'], ['source', '按来源']])('by %s each group has its line, and a number opens to as many records', async (by, word) => {
  const page = await open()
  await signIn(page, 'chenli', '/funnel')
  await page.getByRole('combobox', { name: '分组' }).click()
  await page.locator('.ant-select-dropdown:visible').getByText(word).click()
  const result = await funnel(page, { ...ask, by })
  const groups = result.groups ?? []
  expect(groups.length).toBeGreaterThan(1)
  expect(groups.reduce((n, g) => n + (g.stages[0]?.count ?? 0), 0)).toBe(result.stages[0]?.count)
  await expect.poll(() => page.locator('.funnel-groups tbody tr').count()).toBe(groups.length)
  // The smallest group that signed anything: all its records are counted.
  const small = groups.filter((g) => (g.stages[3]?.count ?? 0) > 0).sort((a, b) => (a.stages[3]?.count ?? 0) - (b.stages[3]?.count ?? 0))[0]
  const count = small?.stages[3]?.count ?? 0
  await reads(cell(page, 'signed', 'count', small?.key), new RegExp(`^${count}$`))
  await settled(page)
  await shot(page, `funnel-${by}`)
  await cell(page, 'signed', 'count', small?.key).click()
  expect(await behind(page)).toBe(count)
  if (by === 'team') await shot(page, 'funnel-drill')
  await page.goBack()
  await expect.poll(() => page.getByRole('dialog').count()).toBe(0)
})

test('a stage’s number and its mean days open to the same records that they count', async () => {
  const page = await open()
  await signIn(page, 'chenli', '/funnel?span=30d')
  const result = await funnel(page, { mode: 'cohort', period: { last: 30, unit: 'day' } })
  const [, , quoted] = result.stages
  await cell(page, 'quoted', 'count').click()
  await reads(page.getByRole('dialog'), new RegExp(`${quoted?.count} 条`))
  expect(await behind(page)).toBe(quoted?.count)
  await page.keyboard.press('Escape')
  await page.getByRole('dialog').waitFor({ state: 'detached' })
  await cell(page, 'quoted', 'stay').click()
  expect(await behind(page)).toBe(quoted?.completed)
  const days = await page.getByTestId('drill-record').locator('strong').allInnerTexts()
  const mean = days.map((d) => parseFloat(d)).reduce((a, b) => a + b, 0) / days.length
  expect(Math.abs(mean - (quoted?.mean_days ?? 0))).toBeLessThan(0.06) // each line is rounded to a tenth
  await page.getByTestId('drill-record').first().getByRole('link').click()
  await page.locator('.facts').waitFor()
  await page.goBack()
  await page.getByTestId('drill-record').first().waitFor()
})

test('one rep stands beside the team', async () => {
  const page = await open()
  await signIn(page, 'chenli')
  const reps = (await funnel(page, { ...ask, by: 'owner' })).groups ?? []
  const slow = reps.filter((g) => g.stages[2]?.mean_days).sort((a, b) => (b.stages[2]?.mean_days ?? 0) - (a.stages[2]?.mean_days ?? 0))[0]
  await page.goto('/funnel')
  await page.getByRole('combobox', { name: '销售' }).click()
  await page.keyboard.type(slow?.name ?? '')
  await page.locator('.ant-select-dropdown:visible').getByText(slow?.name ?? '', { exact: true }).click()
  expect(new URL(page.url()).searchParams.get('rep')).toBe(slow?.key)
  const beside = page.locator('.beside li').filter({ hasText: '方案报价' })
  await reads(beside, new RegExp(`团队\\s*4\\.2 天\\s*${slow?.name}\\s*${slow?.stages[2]?.mean_days?.toFixed(1)} 天`))
  await settled(page)
  await shot(page, 'funnel-beside')
  await beside.getByRole('button').last().click()
  expect(await behind(page)).toBe(slow?.stages[2]?.completed)
})

test('what happens elsewhere is in the funnel at once', async () => {
  const page = await open()
  await signIn(page, 'chenli', '/funnel')
  const before = (await funnel(page, ask)).stages[0]?.count ?? 0
  await reads(cell(page, 'new', 'count'), new RegExp(`^${before.toLocaleString('en-US')}$`))
  await newLead(page, { company: '进漏斗学校', region: '浙江 杭州' })
  await reads(cell(page, 'new', 'count'), new RegExp(`^${(before + 1).toLocaleString('en-US')}$`))
})

test('a rep sees the own leads’ and the pool’s funnel only; it fits a phone', async () => {
  const page = await open(narrow)
  await signIn(page, 'linxiao')
  const own = await funnel(page, { ...ask, by: 'owner' })
  expect(own.groups?.map((g) => g.name)).toEqual(['林晓', '公海'])
  await page.goto('/funnel?by=source')
  await page.locator('.funnel-block').first().waitFor()
  await settled(page)
  const overflow = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth)
  expect(overflow).toBeLessThanOrEqual(0)
  await shot(page, 'funnel-rep')
})
