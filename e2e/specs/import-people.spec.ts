import { readFile } from 'node:fs/promises'
import path from 'node:path'
import type { Page } from 'playwright-core'
import { expect, test } from 'vitest'
import { narrow, picture, useBrowser, useServer, wide } from '../harness/browser'
import { call, reads, settled, shot, signIn } from '../harness/steps'

const server = useServer()
const open = useBrowser(server)
const book = path.join(import.meta.dirname, '..', 'fixtures', 'exhibition.xlsx')

async function choose(page: Page, name = '展会名单.csv'): Promise<void> {
  await page.goto('/import')
  await page.locator('input[type=file]').setInputFiles({ name, mimeType: 'text/csv', buffer: await readFile(book) })
  await page.getByRole('table', { name: '列的对应' }).waitFor()
}

async function ended(page: Page): Promise<Record<string, number>> {
  const result = page.getByTestId('import-result')
  await expect.poll(() => result.locator('strong').first().getAttribute('data-state'), { timeout: 60_000 }).toBe('done')
  const out: Record<string, number> = {}
  for (const figure of await result.locator('[data-figure]').all()) {
    out[String(await figure.getAttribute('data-figure'))] = Number((await figure.locator('dd').innerText()).replaceAll(',', ''))
  }
  return out
}

test('a workbook named .csv: sheet, header, a new field, a trial, the import, and back again', async () => {
  const page = await open()
  await signIn(page, 'chenli')
  await choose(page)
  // The first sheet is a note; the leads stand on the second, under a title.
  await page.getByText('展会线索', { exact: true }).click()
  await reads(page.locator('.import-header'), /第 3 行：公司名称/)
  await page.getByTestId('import-records').waitFor()
  await reads(page.getByTestId('import-records'), /新增[\s\S]*分给/)
  await reads(page.getByText(/格是公式/), /1 格是公式/)

  await page.getByRole('combobox', { name: '参观意向 对应的字段' }).click()
  await page.locator('.ant-select-dropdown:visible').getByText('＋ 新建字段').click()
  await page.getByRole('combobox', { name: '参观意向 的字段类型' }).waitFor()
  await settled(page)
  await picture(page, 'import-people-1440')
  const before = (await call<{ count: number }>(page, 'GET', 'objects/lead/records?limit=1')).body.count

  await page.getByTestId('import-trial').click()
  const tried = page.getByTestId('import-trial-result')
  await expect.poll(() => tried.getAttribute('data-state'), { timeout: 30_000 }).toBe('done')
  await reads(tried, /试导入 12 行：新增 11，合并 1，不能导入 0/)
  expect((await call<{ count: number }>(page, 'GET', 'objects/lead/records?limit=1')).body.count, 'a trial writes nothing').toBe(before)
  await shot(page, 'import-people-tried')

  await page.getByTestId('import-start').click()
  await page.waitForURL(/\/import\/[^/]+$/)
  expect(await ended(page)).toEqual({ rows: 12, created: 11, merged: 1, rejected: 0 })
  const fields = (await call<{ definition: { spec: { fields: { title: Record<string, string>; type: string }[] } } }>(page, 'GET', 'definitions/object/lead')).body.definition.spec.fields
  expect(fields.find((f) => f.title['zh-CN'] === '参观意向')?.type).toBe('choice')

  await page.goto('/import')
  await page.getByTestId('import-recent').getByRole('link').first().waitFor()
  await shot(page, 'import-recent')
  await page.getByTestId('import-recent').getByRole('button', { name: '撤销导入' }).first().click()
  await page.getByRole('dialog').getByRole('button', { name: '撤销导入' }).click()
  await page.waitForURL(/\/import\/[^/]+$/)
  await expect.poll(() => page.getByTestId('import-result').locator('[data-figure=deleted] dd').innerText().catch(() => ''), { timeout: 30_000 }).toBe('11')
  expect((await ended(page)).kept).toBe(0)
  await shot(page, 'import-undone')
  expect((await call<{ count: number }>(page, 'GET', 'objects/lead/records?limit=1')).body.count).toBe(before)
  await page.goto('/import')
  await page.getByRole('link', { name: '已撤销' }).waitFor()
})

test('a grid pasted from a spreadsheet', async () => {
  const page = await open()
  await signIn(page, 'chenli', '/import')
  await page.getByRole('button', { name: '从 Excel 粘贴' }).waitFor()
  await page.evaluate(() => {
    const data = new DataTransfer()
    data.setData('text/plain', '公司\t手机\n粘贴甲公司\t13700001001\n粘贴乙公司\t13700001002\n')
    document.body.dispatchEvent(new ClipboardEvent('paste', { clipboardData: data, bubbles: true, cancelable: true }))
  })
  await page.getByRole('table', { name: '列的对应' }).waitFor()
  await page.getByTestId('import-start').click()
  expect(await ended(page)).toEqual({ rows: 2, created: 2, merged: 0, rejected: 0 })
})

test('what is no table says what to do', async () => {
  const page = await open(wide, ['/uploads'])
  await signIn(page, 'chenli', '/import')
  const ole = Buffer.concat([Buffer.from([0xd0, 0xcf, 0x11, 0xe0, 0xa1, 0xb1, 0x1a, 0xe1]), Buffer.alloc(2000)])
  await page.locator('input[type=file]').setInputFiles({ name: '旧表.xls', mimeType: 'application/vnd.ms-excel', buffer: ole })
  await reads(page.getByRole('alert'), /旧版 Excel[\s\S]*另存为/)
})

test('whoever may not configure is told why a column is left out; at 390 px', async () => {
  const page = await open(narrow)
  await signIn(page, 'zhouming')
  await choose(page)
  await page.getByText('展会线索', { exact: true }).click()
  await page.getByTestId('import-records').waitFor()
  await settled(page)
  await picture(page, 'import-people-390')
  expect(await page.evaluate(() => document.documentElement.scrollWidth), 'nothing runs off the side').toBeLessThanOrEqual(390)
})
