import type { Locator, Page } from 'playwright-core'
import { expect, test } from 'vitest'
import { narrow, useBrowser } from '../harness/browser'
import { newLead, shot, signIn } from '../harness/steps'

const open = useBrowser()

async function press(page: Page): Promise<Locator> {
  await page.getByRole('button', { name: /^(search )?搜索/ }).first().waitFor()
  await page.keyboard.press('Control+k')
  const box = page.getByRole('combobox', { name: '搜索记录、页面和操作' })
  await box.waitFor()
  return box
}

test('Ctrl-K finds records by words, pinyin, initials and digits; Enter opens the first', async () => {
  const page = await open()
  await signIn(page, 'chenli')
  const lead = await newLead(page, { company: '重庆觅踪测试有限公司', name: '单觅踪', region: '浙江 杭州' })
  const line = page.locator(`[data-testid=finder-line][data-key="${lead.id}"]`)
  for (const words of ['觅踪', 'chongqingmizong', 'cqmzcs', 'shanmizong', String(lead.phone).slice(-7)]) {
    await page.goto('/funnel')
    await page.getByRole('button', { name: /搜索公司/ }).waitFor()
    await press(page)
    await page.keyboard.type(words)
    await page.keyboard.press('Enter') // at once: what will be found is meant
    await page.waitForURL(`**/objects/lead/${lead.id}`)
  }
  await press(page)
  await page.getByText('最近打开').waitFor()
  await shot(page, 'search-recent')
  await page.keyboard.type('觅踪')
  await line.locator('mark').first().waitFor()
  expect(await line.locator('mark').first().innerText()).toBe('觅踪')
  await shot(page, 'search-found')
  await page.keyboard.press('Escape')
  await page.getByRole('dialog').waitFor({ state: 'detached' })
})

test('the search goes to pages and actions, and says when there is nothing', async () => {
  const page = await open()
  await signIn(page, 'linxiao')
  await newLead(page, { company: '空海科技有限公司' }) // its initials begin like those of the page
  await press(page)
  await page.keyboard.type('kh')
  await page.getByRole('option', { name: '客户', exact: true }).waitFor()
  await page.keyboard.press('Enter')
  await page.waitForURL('**/objects/customer')
  await press(page)
  await page.keyboard.type('xj')
  const create = page.getByRole('option', { name: '新建线索' })
  await create.waitFor()
  await create.click()
  await page.waitForURL(/new=1/)
  await page.goto('/')
  await press(page)
  await page.keyboard.type('没有这样的公司名')
  await page.getByText('没有找到“没有这样的公司名”').waitFor()
  await shot(page, 'search-none')
})

test('on a phone a tap opens what was found', async () => {
  const page = await open(narrow)
  await signIn(page, 'chenli')
  const lead = await newLead(page, { company: '谁的谁的公司乙', region: '浙江 杭州' })
  await page.getByRole('button', { name: '搜索' }).click()
  await page.getByRole('combobox', { name: '搜索记录、页面和操作' }).fill('谁的谁的')
  const line = page.locator(`[data-testid=finder-line][data-key="${lead.id}"]`)
  await line.waitFor()
  expect(await line.locator('mark').first().innerText()).toBe('谁的谁的')
  await line.click()
  await page.waitForURL(`**/objects/lead/${lead.id}`)
})
