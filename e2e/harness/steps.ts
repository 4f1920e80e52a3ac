import { readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import type { Locator, Page } from 'playwright-core'
import { expect } from 'vitest'
import { narrow, picture, sharedServer, wide } from './browser'
import { adminPassword } from './server'

function passwordOf(username: string): string {
  const password = username === 'admin' ? adminPassword : sharedServer().demoPassword
  if (!password) throw new Error('the server printed no password for the demo people')
  return password
}

/** Signs a person in, admin or anyone of the demo company, and opens a page of the app. Returns when its frame stands. */
export async function signIn(page: Page, username: string, at = '/') {
  const answer = await page.request.post('/api/v1/session', { data: { username, password: passwordOf(username) } })
  expect(answer.status(), await answer.text()).toBe(200)
  await page.goto(at)
  await page.getByRole('navigation').first().waitFor()
}

/** Goes to another address of the app as a link in it does, without loading the app again. Returns when its page is drawn. */
export async function go(page: Page, at: string) {
  await page.evaluate((to) => {
    history.pushState(null, '', to)
    dispatchEvent(new PopStateEvent('popstate', { state: null }))
  }, at)
  await page.locator(`main[data-at="${at}"]`).waitFor()
}

/** Signs a person in as people do. Returns when the page has left the sign-in form. */
export async function signInByHand(page: Page, username: string) {
  const password = passwordOf(username)
  await page.goto('/')
  const form = page.getByTestId('sign-in-form')
  await form.locator('input:not([type=password])').first().fill(username)
  await form.locator('input[type=password]').fill(password)
  await form.locator('button[type=submit]').click()
  await form.waitFor({ state: 'detached' })
  await page.getByRole('navigation').first().waitFor()
}

/** Looks at the page at desk and phone width, where nothing may reach beyond the screen: pictures <name>-1440 and <name>-390. The width is put back after. */
export async function shot(page: Page, name: string) {
  const before = page.viewportSize() ?? wide
  for (const viewport of [wide, narrow]) {
    await page.setViewportSize(viewport)
    await settled(page)
    await picture(page, `${name}-${viewport.width}`)
    expect(await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth), `${name}: pixels wider than ${viewport.width}`).toBeLessThanOrEqual(0)
  }
  await page.setViewportSize(before)
}

/** Resolves once nothing loads, fonts are there, no transition runs and two frames were painted. */
export async function settled(page: Page) {
  await page.locator('.state-loading').first().waitFor({ state: 'detached' })
  await page.evaluate(async () => {
    await document.fonts.ready
    const finite = document.getAnimations().filter((a) => a.effect?.getComputedTiming().endTime !== Infinity)
    await Promise.allSettled(finite.map((a) => a.finished))
    await new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve)))
  })
}

const axe = await readFile(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')

/** What axe says against the page by WCAG 2.2 A and AA: rule, where, why. Contrast is looked at elsewhere. */
export async function barriers(page: Page): Promise<string[]> {
  if (!(await page.evaluate(() => 'axe' in window))) await page.evaluate(axe)
  return page.evaluate(async () => {
    const { violations } = await (window as unknown as { axe: typeof import('axe-core') }).axe.run(document, {
      runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'],
      rules: { 'color-contrast': { enabled: false } },
      resultTypes: ['violations'],
    })
    return violations.flatMap((v) => v.nodes.map((n) => `${v.id}: ${n.target.join(' ')} (${n.failureSummary?.split('\n').slice(1).join(' ').trim() ?? v.help})`))
  })
}

/** Asks the API as the person signed in on the page, past its pages: to set a scene or to look at what is kept. */
export async function call<T = Record<string, unknown>>(page: Page, method: string, path: string, body?: unknown): Promise<{ status: number; body: T }> {
  const session = await page.request.get('/api/v1/session')
  const { csrf_token: token } = (await session.json()) as { csrf_token: string }
  const answer = await page.request.fetch(`/api/v1/${path}`, {
    method,
    headers: { 'X-CSRF-Token': token, 'Content-Type': 'application/json' },
    data: body === undefined ? undefined : JSON.stringify(body),
  })
  const text = await answer.text()
  return { status: answer.status(), body: (text ? JSON.parse(text) : {}) as T }
}

export interface Lead { id: string; version: number; owner: string | null; tags: Record<string, string>; [field: string]: unknown }

let made = 0

/** Puts a lead in through the API, as if written by the person signed in; its phone is like no other. Returns it as it stands. */
export async function newLead(page: Page, fields: Record<string, unknown>): Promise<Lead> {
  made += 1
  const phone = `1760${String(process.pid % 1000).padStart(3, '0')}${String(made).padStart(4, '0')}`
  const { status, body } = await call<{ record: Lead }>(page, 'POST', 'objects/lead/records', { phone, ...fields })
  expect(status, JSON.stringify(body)).toBe(201)
  return body.record
}

/** Waits until the locator reads as expected; the page may still be on its way there. */
export async function reads(locator: Locator, text: string | RegExp) {
  await expect.poll(() => locator.innerText()).toMatch(text)
}

/** The row or card of a record in a list. */
export const row = (page: Page, id: string): Locator => page.locator(`[data-testid$="-row"][data-id="${id}"]`)
