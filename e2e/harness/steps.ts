import type { Page } from 'playwright-core'
import { inject } from 'vitest'
import { narrow, picture, wide } from './browser'

/** Signs a person in through the page: admin, or anyone of the demo company. Returns when the page has left the sign-in form. */
export async function signIn(page: Page, username: string) {
  const password = username === 'admin' ? inject('adminPassword') : inject('demoPassword')
  if (!password) throw new Error('the server printed no password for the demo people')
  await page.goto('/')
  const form = page.getByTestId('sign-in-form')
  await form.locator('input:not([type=password])').first().fill(username)
  await form.locator('input[type=password]').fill(password)
  await form.locator('button[type=submit]').click()
  await form.waitFor({ state: 'detached' })
}

/** Saves the page as it is, whole, at desk and phone width: e2e/shots/<name>-1440.png and -390.png. The width is put back after. */
export async function shot(page: Page, name: string) {
  const before = page.viewportSize() ?? wide
  for (const viewport of [wide, narrow]) {
    await page.setViewportSize(viewport)
    await settled(page)
    await picture(page, `${name}-${viewport.width}`)
  }
  await page.setViewportSize(before)
}

/** Resolves once fonts are loaded, no transition runs and two frames were painted. */
async function settled(page: Page) {
  await page.evaluate(async () => {
    await document.fonts.ready
    const finite = document.getAnimations().filter((a) => a.effect?.getComputedTiming().endTime !== Infinity)
    await Promise.allSettled(finite.map((a) => a.finished))
    await new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve)))
  })
}
