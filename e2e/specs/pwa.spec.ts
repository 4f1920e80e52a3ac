import type { Page } from 'playwright-core'
import { createServer, request } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { narrow, sharedServer, useBrowser } from '../harness/browser'
import type { Server } from '../harness/server'
import { call, newLead, shot, signIn } from '../harness/steps'

let release = ''
let address = ''
/** The shared server seen through a door that gives out its worker as that of another release, once release names one. */
const door = createServer((asked, answer) => {
  const { hostname, port } = new URL(sharedServer().baseURL)
  const onward = request({ hostname, port, path: asked.url, method: asked.method, headers: { ...asked.headers, ...(asked.url === '/sw.js' ? { 'accept-encoding': 'identity' } : {}) } }, (from) => {
    if (asked.url !== '/sw.js' || !release) {
      answer.writeHead(from.statusCode ?? 502, from.headers)
      from.pipe(answer)
      return
    }
    let text = ''
    from.setEncoding('utf8').on('data', (part: string) => (text += part)).on('end', () => {
      const { 'content-length': _, ...headers } = from.headers
      answer.writeHead(from.statusCode ?? 502, headers).end(text.replace(/const version = '[\w-]+'/, `const version = '${release}'`))
    })
  })
  onward.on('error', () => answer.destroy())
  answer.on('close', () => onward.destroy())
  asked.pipe(onward)
})
beforeAll(() => new Promise<void>((resolve) => {
  door.listen(0, '127.0.0.1', () => {
    address = `http://127.0.0.1:${(door.address() as AddressInfo).port}`
    resolve()
  })
}))
afterAll(() => {
  door.closeAllConnections()
  door.close()
})
const open = useBrowser(() => ({ baseURL: address }) as Server, true)
const offline = ['ERR_INTERNET_DISCONNECTED', 'ERR_FAILED', 'Failed to load resource']

/** Resolves once the worker has kept the shell and serves this page. */
const served = (page: Page) => page.waitForFunction(() => navigator.serviceWorker.controller?.state === 'activated')
/** Every address kept on this device. */
const kept = (page: Page) => page.evaluate(async () => (await Promise.all((await caches.keys()).map(async (name) => (await (await caches.open(name)).keys()).map((r) => new URL(r.url).pathname)))).flat())

test('it can be installed: manifest, icons of the sizes they say, a worker for the shell', async () => {
  const page = await open(narrow)
  await page.goto('/')
  const link = await page.locator('link[rel=manifest]').getAttribute('href')
  const answer = await page.request.get(link ?? '')
  expect(answer.headers()['content-type']).toBe('application/manifest+json')
  const manifest = (await answer.json()) as { name: string; start_url: string; display: string; icons: { src: string; sizes: string; type: string; purpose: string }[] }
  expect([manifest.name, manifest.start_url, manifest.display]).toEqual(['指挥棒 · 销售管理', '/', 'standalone'])
  expect(manifest.icons.map((i) => i.purpose)).toContain('maskable')
  for (const { src, sizes, type } of manifest.icons.filter((i) => i.type === 'image/png')) {
    const icon = await page.request.get(src)
    const png = await icon.body()
    expect([icon.headers()['content-type'], `${png.readUInt32BE(16)}x${png.readUInt32BE(20)}`]).toEqual([type, sizes])
    expect(png.length).toBeLessThan(8000)
  }
  // What Chromium itself says stands against installing: a private profile, as every test has, and nothing else.
  const devtools = await page.context().newCDPSession(page)
  await served(page)
  const { installabilityErrors } = await devtools.send('Page.getInstallabilityErrors')
  expect(installabilityErrors.map((e) => e.errorId).filter((id) => id !== 'in-incognito')).toEqual([])
})

test('without a net the shell opens and says so in words; no data is ever kept; the net back, it goes on by itself', async () => {
  const page = await open(narrow, offline)
  await signIn(page, 'linxiao')
  await served(page)
  await page.getByTestId('home-lead').first().waitFor()
  await page.goto('/objects/lead')
  await page.getByTestId('lead-row').first().waitFor()
  const files = await kept(page)
  expect(files).toContain('/')
  expect(files.filter((f) => !/^\/(assets\/.+|manifest\.webmanifest|icon.*\.(svg|png))?$/.test(f))).toEqual([])

  const context = page.context()
  await context.setOffline(true)
  await page.getByText('没有网络。显示的是断网前的内容').waitFor()
  await shot(page, 'pwa-offline-strip')
  await page.goto('/objects/customer')
  await page.getByText('现在没有网络').waitFor()
  await page.getByText('客户资料不会存在这台设备上').waitFor()
  await shot(page, 'pwa-offline')
  await context.setOffline(false)
  await page.getByRole('navigation', { name: '主导航' }).waitFor()
  expect(new URL(page.url()).pathname).toBe('/objects/customer')
  expect((await kept(page)).filter((f) => f.startsWith('/api'))).toEqual([])
})

test('a new version waits until it is asked for, and what is being typed stays', async () => {
  const page = await open(narrow)
  await signIn(page, 'linxiao')
  await served(page)
  const boss = await open()
  await signIn(boss, 'chenli')
  const lead = await newLead(boss, { company: '换版学校', name: '周敏', owner: 'p-linxiao' })
  await page.goto('/?tab=new')
  const card = page.locator(`[data-id="${lead.id}"]`)
  await card.getByRole('button', { name: '给 换版学校 写备注' }).click()
  await page.getByRole('textbox', { name: '写备注' }).fill('写到一半')
  release = 'next-release'
  await page.evaluate(async () => { await (await navigator.serviceWorker.ready).update() })
  await page.getByText('新版本已就绪').waitFor()
  await shot(page, 'pwa-new-version')
  expect(await page.getByRole('textbox', { name: '写备注' }).inputValue()).toBe('写到一半')
  const names = () => page.evaluate(() => caches.keys())
  expect((await names()).length, 'the version at work is still whole').toBe(2)
  await page.getByTestId('today-note').click()
  await page.getByText('备注已保存').waitFor()
  const reloaded = page.waitForEvent('load')
  await page.getByRole('button', { name: '换到新版本' }).click()
  await reloaded
  await page.getByText('换版学校').first().waitFor()
  expect(await names()).toEqual(['baton-shell-next-release'])
  expect((await call(page, 'GET', 'today')).status).toBe(200)
})
