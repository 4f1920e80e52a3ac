import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import path from 'node:path'
import type { Page } from 'playwright-core'
import { expect, test } from 'vitest'
import { picture, useBrowser, useServer, wide } from '../harness/browser'
import { call, reads, settled, shot, signIn } from '../harness/steps'

// Thousands of leads would drown the company that the other specs work with.
const server = useServer()
const open = useBrowser(server)
const fixtures = path.join(import.meta.dirname, '..', 'fixtures')
const real = path.join(import.meta.dirname, '..', '..', '..', 'shared', 'data', 'leads', 'xeducation_leads.csv')

interface Column { name: string; field: string }

/** Chooses a file on the import page and gives what it understands of the columns. */
async function choose(page: Page, file: string): Promise<Column[]> {
  await page.goto('/import')
  await page.locator('input[type=file]').setInputFiles(file)
  const table = page.getByRole('table', { name: '列的对应' })
  await table.waitFor()
  const out: Column[] = []
  for (const head of await table.locator('thead th').all()) {
    out.push({ name: await head.locator('.mapping-name').innerText(), field: (await head.locator('.ant-select').innerText()).trim() })
  }
  return out
}

async function figures(page: Page): Promise<Record<string, number>> {
  const result = page.getByTestId('import-result')
  await expect.poll(() => result.locator('strong').first().getAttribute('data-state'), { timeout: 60_000 }).toBe('done')
  const out: Record<string, number> = {}
  for (const figure of await result.locator('[data-figure]').all()) {
    out[String(await figure.getAttribute('data-figure'))] = Number((await figure.locator('dd').innerText()).replaceAll(',', ''))
  }
  return out
}

interface Found { records: { id: string; company: string; name: string; owner: string | null; tags: Record<string, string>; touches: number; source: string; due_at: string | null }[]; refs: Record<string, Record<string, string>> }

async function find(page: Page, words: string): Promise<Found> {
  return (await call<Found>(page, 'GET', `objects/lead/records?q=${encodeURIComponent(words)}&sort=company`)).body
}

test('a Chinese file: columns understood, progress, result, rejected rows, then leads with tags and owners', async () => {
  const page = await open()
  await signIn(page, 'chenli')
  const columns = await choose(page, path.join(fixtures, 'leads.csv'))
  expect(Object.fromEntries(columns.map((c) => [c.name, c.field]))).toEqual({
    公司名称: '公司', 联系人: '联系人', 手机号: '手机', 线索来源: '来源', 所属行业: '行业', 采购预算: '预算', 所在城市: '地区', 意向产品: '产品线', 阶段: '阶段', 备注: '备注',
  })
  await reads(page.getByTestId('import-read'), /UTF-8 · 约 \d+ 行 · 已对应 10\/10 列/)
  const rows = page.getByRole('table', { name: '列的对应' }).locator('tbody tr')
  expect(await rows.count()).toBe(20)
  expect((await rows.first().innerText()).split('\t')).toContain('海曙启明学校')
  await shot(page, 'import-preview')

  // A column can be left out and taken back by hand.
  await page.getByRole('combobox', { name: '备注 对应的字段' }).click()
  await page.locator('.ant-select-dropdown:visible').getByText('邮箱', { exact: true }).click()
  await page.getByText('手动选择').waitFor()
  await page.getByRole('combobox', { name: '备注 对应的字段' }).click()
  await page.locator('.ant-select-dropdown:visible').getByText('备注', { exact: true }).click()

  await page.getByTestId('import-start').click()
  await page.waitForURL(/\/import\/[^/]+$/)
  expect(await figures(page)).toEqual({ rows: 24, created: 21, merged: 1, rejected: 2 })
  await page.getByText('未导入的 2 行').waitFor()
  const wrong = page.locator('.plain-table tbody tr')
  await reads(wrong.first(), /12\s+阶段\s+差不多了/)
  await shot(page, 'import-result')

  const [download] = await Promise.all([page.waitForEvent('download'), page.getByRole('link', { name: '下载 CSV' }).click()])
  const saved = await readFile((await download.path()) as string, 'utf8')
  expect(saved).toContain('阶段写错公司')
  expect(saved).toContain('引号没关公司')
  expect(saved.split('\n').length).toBeGreaterThanOrEqual(3)

  await page.getByRole('button', { name: '查看线索' }).click()
  await page.getByTestId('lead-row').first().waitFor()
  await settled(page)
  await picture(page, 'import-leads-1440')
  const school = page.getByTestId('lead-row').filter({ hasText: '鼓楼弘毅教育' })
  await reads(school, /转介绍\s*教育\s*5–20万\s*A/)
  const expected: [string, Record<string, string>][] = [
    ['海曙启明学校', { source: '展会扫码', industry: '教育', budget: '5–20万', grade: 'A' }],
    ['海曙仁和医院', { source: '官网表单', industry: '医疗', budget: '>20万', grade: 'A' }],
    ['南沙精工制造', { source: '电话呼入', industry: '制造', budget: '5–20万', grade: 'A' }],
    ['浑南明德中学', { industry: '教育', budget: '未知', grade: 'C' }],
    ['西湖育才教育', { industry: '教育', budget: '>20万' }],
    ['岳麓德润电子', { industry: '制造', budget: '<5万' }],
    ['雁塔恒远保险', { industry: '金融', budget: '5–20万' }],
  ]
  for (const [company, tags] of expected) {
    const { records } = await find(page, company)
    expect(records.length, company).toBe(1)
    expect(records[0]?.tags, company).toMatchObject(tags)
    expect(records[0]?.owner, `${company} has an owner`).toBeTruthy()
    expect(records[0]?.due_at, `${company} is counted down`).toBeTruthy()
  }
  const [twice] = (await find(page, '海曙启明学校')).records
  expect(twice?.touches, 'both touches kept').toBe(2)
})

test('GB18030 is found by itself; with assignment off all go to the pool', async () => {
  const page = await open()
  await signIn(page, 'zhouming')
  const columns = await choose(page, path.join(fixtures, 'leads_gb18030.csv'))
  expect(columns.map((c) => c.field)).toEqual(['公司', '联系人', '手机', '来源', '行业', '预算', '地区'])
  await reads(page.getByTestId('import-read'), /GB18030/i)
  await page.getByRole('switch', { name: '自动分配' }).click()
  await page.getByTestId('import-start').click()
  expect(await figures(page)).toEqual({ rows: 6, created: 6, merged: 0, rejected: 0 })
  await page.goto(`/objects/lead?view=pool&q=${encodeURIComponent('国标')}`)
  await page.getByTestId('lead-row').first().waitFor()
  await expect.poll(() => page.getByTestId('lead-row').count()).toBe(6)
  expect(await page.getByTestId('lead-row').first().getByText('公海').isVisible()).toBe(true)
})

test('what is no file of rows is refused in words', async () => {
  const page = await open(wide, ['/uploads', ':preview'])
  await signIn(page, 'chenli', '/import')
  await page.locator('input[type=file]').setInputFiles({ name: 'picture.csv', mimeType: 'text/csv', buffer: Buffer.from([0x89, 0x50, 0x4e, 0x47, 0, 0, 0, 1, 0, 0xff]) })
  const said = page.getByRole('alert')
  await said.waitFor()
  expect(await said.innerText()).toMatch(/没能读懂这个文件[\s\S]+/)
  await shot(page, 'import-refused')
})

test.skipIf(!existsSync(real))('the real export of 9,240 leads, watched while it runs' + (existsSync(real) ? '' : ` (skipped: ${real} is not there)`), { timeout: 240_000 }, async () => {
  const page = await open()
  await signIn(page, 'chenli')
  const columns = await choose(page, real)
  const known = Object.fromEntries(columns.map((c) => [c.name, c.field]))
  expect(known['Lead Source']).toBe('来源')
  expect(known['Converted']).toBe('已转化')
  expect(known['City']).toBe('地区')
  await settled(page)
  await picture(page, 'import-real-preview-1440')
  await page.getByRole('switch', { name: '开始倒计时' }).click()
  await page.getByTestId('import-start').click()
  await page.waitForURL(/\/import\/[^/]+$/)
  const job = new URL(page.url()).pathname

  // It can be left and found again from the top of any page.
  await page.getByTestId('import-result').waitFor()
  await page.goto('/')
  const pill = page.getByRole('link', { name: /^正在进行：/ })
  const seen = await pill.waitFor({ timeout: 10_000 }).then(() => true, () => false)
  if (seen) await picture(page, 'import-running-pill-1440')
  await page.goto(job)
  const result = page.getByTestId('import-result')
  await result.waitFor()
  await picture(page, 'import-progress-1440')
  await expect.poll(() => result.locator('strong').first().getAttribute('data-state'), { timeout: 180_000 }).toBe('done')
  expect(await figures(page)).toEqual({ rows: 9240, created: 9240, merged: 0, rejected: 0 })
  await shot(page, 'import-real-result')

  await page.goto(`/objects/lead?view=all&filter=${encodeURIComponent(JSON.stringify([{ field: 'source', op: 'eq', value: 'Google' }]))}`)
  await page.getByTestId('lead-row').first().waitFor()
  await reads(page.locator('.page-extra'), /1000\+ 条/)
  const answer = await call<{ count: number }>(page, 'GET', `objects/lead/records?filter=${encodeURIComponent(JSON.stringify({ field: 'source', op: 'eq', value: 'Reference' }))}&limit=1`)
  expect(answer.body.count).toBe(534)
})
