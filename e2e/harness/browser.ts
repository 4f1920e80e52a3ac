import { mkdir } from 'node:fs/promises'
import path from 'node:path'
import { chromium, type Browser, type BrowserContext, type Page } from 'playwright-core'
import { afterAll, beforeAll, expect, inject, onTestFinished } from 'vitest'
import { startServer, type Server } from './server'

export const wide = { width: 1440, height: 900 }
export const narrow = { width: 390, height: 844 }

/** The browser without a window of its own is lighter; what belongs to an installed app, its workers, is tested in the whole one. */
const shell = process.env.CHROMIUM ?? '/usr/bin/chromium-headless-shell'
const whole = process.env.CHROMIUM ?? '/usr/bin/chromium'
const args = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
]

/** The server that this worker's files share. */
export function sharedServer() {
  const servers = inject('servers')
  const server = servers[Number(process.env.VITEST_POOL_ID) - 1]
  if (!server) throw new Error(`worker ${process.env.VITEST_POOL_ID} has no server; there are ${servers.length}`)
  return server
}

/** Call at the top of a spec file that changes what others rely on, such as the clock: a program of its own, stopped after the file. */
export function useServer(): () => Server {
  let server: Server | undefined
  beforeAll(async () => {
    server = await startServer()
  }, 150_000)
  afterAll(() => server?.stop())
  return () => {
    if (!server) throw new Error('the server is not started yet')
    return server
  }
}

/**
 * Call at the top of a spec file. It starts one browser for the file; the function it returns opens a page of a fresh, signed-out
 * browser profile, closed when the test ends, on the shared server or the one given. A console error, an uncaught error or an answer of
 * 500 or more fails that test; what a spec provokes on purpose it names: open(wide, ['/records/none']) forgives faults with that text or
 * address. The app's service worker is kept out unless worker says so: routes set by a spec do not see what a worker asks for.
 */
export function useBrowser(own?: () => Server, worker = false) {
  let browser: Browser
  beforeAll(async () => {
    browser = await chromium.launch({ executablePath: worker ? whole : shell, args })
  })
  afterAll(() => browser?.close())

  return async function open(viewport = wide, forgive: string[] = []): Promise<Page> {
    const { baseURL } = own ? own() : sharedServer()
    const context = await browser.newContext({ baseURL, viewport, locale: 'zh-CN', timezoneId: 'Asia/Shanghai', serviceWorkers: worker ? 'allow' : 'block' })
    context.setDefaultTimeout(15_000)
    const faults = watch(context, forgive)
    const page = await context.newPage()
    onTestFinished(async ({ task }) => {
      if (task.result?.state === 'fail') await save(page, `failed-${task.name.replaceAll(/[^\p{L}\p{N}]+/gu, '-')}`)
      await context.close()
      expect(faults, 'faults of the page').toEqual([])
    })
    return page
  }
}

const tallest = 3000

/** Saves what the page shows now, to the end of its scroll, as e2e/shots/<name>.png, for people to look at; with SHOTS=0 nobody does. */
export async function picture(page: Page, name: string) {
  if (process.env.SHOTS !== '0') await save(page, name)
}

async function save(page: Page, name: string) {
  const folder = path.join(import.meta.dirname, '..', 'shots')
  await mkdir(folder, { recursive: true })
  const { width, height } = page.viewportSize() ?? wide
  const below = await page.evaluate(() => {
    const main = document.querySelector('main')
    return main ? main.scrollHeight - main.clientHeight : 0
  })
  if (below > 0) await page.setViewportSize({ width, height: Math.min(tallest, height + below) })
  await page.screenshot({ path: path.join(folder, `${name}.png`), animations: 'disabled' })
  if (below > 0) await page.setViewportSize({ width, height })
}

function watch(context: BrowserContext, forgive: string[]): string[] {
  const faults: string[] = []
  context.on('console', (message) => {
    if (message.type() !== 'error') return
    const text = `${message.text()} (${message.location().url})`
    // Chromium writes an error for every refused request; asking who is signed in, and a mistyped password, are no faults.
    const signedOut = message.text().includes('status of 401') && new URL(message.location().url).pathname === '/api/v1/session'
    if (!signedOut && !forgive.some((part) => text.includes(part))) faults.push(`console: ${text}`)
  })
  context.on('weberror', (error) => faults.push(`uncaught: ${error.error().stack ?? error.error().message}`))
  context.on('response', (response) => {
    const text = `${response.status()}: ${response.request().method()} ${response.url()}`
    if (response.status() >= 500 && !forgive.some((part) => text.includes(part))) faults.push(text)
  })
  return faults
}
