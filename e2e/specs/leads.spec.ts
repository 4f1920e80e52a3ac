import { expect, test } from 'vitest'
import { narrow, useBrowser } from '../harness/browser'
import { shot, signIn } from '../harness/steps'

const open = useBrowser()

test('a wrong password is refused in words', async () => {
  const page = await open()
  await page.goto('/')
  const form = page.getByTestId('sign-in-form')
  await form.locator('input:not([type=password])').first().fill('admin')
  await form.locator('input[type=password]').fill('not it')
  await form.locator('button[type=submit]').click()
  await page.getByRole('alert').first().waitFor()
  await shot(page, 'sign-in')
  expect(await form.isVisible()).toBe(true)
})

test('the administrator signs in and sees the leads', async () => {
  const page = await open()
  await signIn(page, 'admin')
  await page.goto('/objects/lead?view=all')
  const rows = page.getByTestId('lead-row')
  await rows.first().waitFor()
  expect(await rows.count()).toBeGreaterThan(5)
  await shot(page, 'leads')
})

test('the list fits a phone', async () => {
  const page = await open(narrow)
  await signIn(page, 'admin')
  await page.goto('/objects/lead?view=all')
  await page.getByTestId('lead-row').first().waitFor()
  const overflow = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth)
  expect(overflow, 'pixels wider than the screen').toBeLessThanOrEqual(0)
})
