import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { expect, onTestFinished, test } from 'vitest'
import { narrow, useBrowser, wide } from '../harness/browser'
import { call, reads, settled, shot, signIn } from '../harness/steps'

const open = useBrowser(undefined, true) // the booth page has a worker of its own

interface Page { records: { id: string; company: string; touches: number }[] }
const found = async (page: Parameters<typeof call>[0], company: string) =>
  ((await call<Page>(page, 'GET', `objects/lead/records?filter=${encodeURIComponent(JSON.stringify({ field: 'company', op: 'eq', value: company }))}`)).body).records

test('a form is built by drag and by keys, previewed as it goes, published and filled in by a visitor', async () => {
  const desk = await open(wide, ['definitions/form/f_e2e']) // not there yet
  await signIn(desk, 'fangyuan', '/config/form/f_e2e?new=' + encodeURIComponent('春季活动'))
  const website = { body: '' } // another site, which may embed the form by one of its two names
  const other = createServer((_request, response) => response.setHeader('Content-Type', 'text/html').end(website.body))
  await new Promise<void>((ready) => other.listen(0, '127.0.0.1', ready))
  onTestFinished(() => void other.close())
  const allowed = `http://127.0.0.1:${(other.address() as AddressInfo).port}`
  const fields = desk.getByTestId('form-field')
  await expect.poll(() => fields.count()).toBe(3)
  // A click adds at the end, a drag where it is dropped, the keys move.
  await desk.getByRole('button', { name: '备注', exact: true }).click()
  const chip = desk.getByRole('button', { name: '行业', exact: true })
  const first = await fields.first().boundingBox()
  const from = await chip.boundingBox()
  if (!first || !from) throw new Error('nothing to drag')
  await desk.mouse.move(from.x + 10, from.y + 10)
  await desk.mouse.down()
  await desk.mouse.move(first.x + 80, first.y + first.height + 4, { steps: 4 })
  await desk.mouse.up()
  const order = () => fields.evaluateAll((all) => all.map((f) => (f as HTMLElement).dataset.field))
  await expect.poll(order).toEqual(['name', 'industry', 'phone', 'company', 'note'])
  await desk.getByRole('button', { name: /移动“公司”/ }).press('ArrowUp')
  await expect.poll(order).toEqual(['name', 'industry', 'company', 'phone', 'note'])
  await desk.getByRole('textbox', { name: '“联系人”的名称' }).fill('怎么称呼您')
  await desk.getByRole('textbox', { name: '标题' }).fill('春季活动报名')
  const inside = desk.getByTestId('form-preview').frameLocator('iframe')
  await inside.getByText('怎么称呼您').waitFor()
  await inside.getByRole('heading', { name: '春季活动报名' }).waitFor()
  await desk.getByRole('button', { name: '加一个二维码' }).click()
  await desk.getByRole('textbox', { name: /用在哪里/ }).fill('门口海报')
  const sites = desk.getByRole('combobox', { name: '允许嵌入的网站' })
  await sites.fill(`${allowed}/`)
  await sites.press('Enter')
  await desk.getByRole('textbox', { name: '介绍' }).click()
  const snippet = await desk.locator('.hosted-snippets code').first().innerText()
  const [png] = await Promise.all([desk.waitForEvent('download'), desk.getByRole('button', { name: 'PNG' }).click()])
  expect(png.suggestedFilename()).toBe('门口海报.png')
  const [svg] = await Promise.all([desk.waitForEvent('download'), desk.getByRole('button', { name: 'SVG' }).click()])
  expect(svg.suggestedFilename()).toBe('门口海报.svg')
  await shot(desk, 'form-builder')
  await desk.getByRole('button', { name: '发布', exact: true }).click()
  await desk.getByRole('dialog').getByRole('textbox').fill('e2e')
  await desk.getByRole('dialog').getByRole('button', { name: '发布' }).click()
  await desk.getByRole('dialog').waitFor({ state: 'detached' })

  await desk.goto('/config/channel/inbound_call')
  await desk.getByRole('button', { name: '生成签名密钥' }).click()
  await desk.getByRole('tooltip').getByRole('button', { name: '生成签名密钥' }).click()
  await reads(desk.locator('.hosted-secret code'), /^cs_\S{40,}$/)
  await shot(desk, 'call-secret')

  // The snippet works on the allowed site, and nowhere else.
  const site = await open(wide, ['frame-ancestors', 'ERR_BLOCKED_BY_RESPONSE'])
  website.body = `<!doctype html><html lang="zh-CN"><head><meta charset="utf-8"><link rel="icon" href="data:,"></head><body><h1>官网</h1>${snippet}</body></html>`
  await site.goto(`${allowed}/?utm_source=baidu&x=1`)
  const framed = site.frameLocator('iframe')
  await framed.getByRole('heading', { name: '春季活动报名' }).waitFor()
  expect(await framed.locator('input[name=_utm_source]').inputValue()).toBe('baidu')
  await site.goto(allowed.replace('127.0.0.1', 'localhost'))
  await site.getByRole('heading', { name: '官网' }).waitFor()
  await expect.poll(() => site.frames().length).toBe(2)
  expect(await framed.getByRole('heading', { name: '春季活动报名' }).count()).toBe(0)

  const visitor = await open(narrow, ['status of 422'])
  await visitor.goto('/f/f_e2e?utm_source=e2e')
  await visitor.getByLabel('公司').fill('春季活动学校')
  await visitor.getByRole('button', { name: '提交' }).click()
  await visitor.getByText('填得太快了').or(visitor.getByText('请填写怎么称呼您')).first().waitFor()
  await expect.poll(async () => {
    await visitor.getByRole('button', { name: '提交' }).click()
    return visitor.getByText('请填写怎么称呼您').count()
  }, { timeout: 15_000, interval: 500 }).toBe(1)
  expect(await visitor.getByLabel('公司').inputValue()).toBe('春季活动学校')
  await shot(visitor, 'form-errors')
  await visitor.getByLabel('怎么称呼您').fill('钱老师')
  await visitor.getByLabel('手机').fill('13800137001')
  await visitor.getByRole('button', { name: '提交' }).dblclick()
  await visitor.getByRole('heading', { name: '提交成功' }).waitFor()
  const admin = await open(wide)
  await signIn(admin, 'admin')
  const leads = await found(admin, '春季活动学校')
  expect(leads.map((l) => l.touches)).toEqual([1])
})

// newLink makes a booth's link without a code.
const newLink = async (page: Parameters<typeof call>[0]) =>
  new URL((await call<{ path: string }>(page, 'POST', 'forms/expo/booth', {})).body.path, 'http://x').searchParams.get('k') ?? ''

test('the booth’s phone works without a net: entries wait, go once when it is back, a wrong one comes back with its reason', async () => {
  const desk = await open()
  await signIn(desk, 'fangyuan', '/config/form/expo')
  await desk.getByRole('button', { name: '生成展位录入链接' }).click()
  const link = await desk.getByTestId('form-code').locator('.hosted-booth code').innerText()

  const phone = await open(narrow, ['ERR_INTERNET_DISCONNECTED', 'status of 422'])
  await phone.goto(link)
  await reads(phone.getByRole('status').first(), /已连接/)
  await phone.evaluate(() => navigator.serviceWorker.ready)
  await expect.poll(() => phone.evaluate(async () => (await (await caches.open('baton-booth-1')).keys()).some((r) => new URL(r.url).pathname.endsWith('/booth')))).toBe(true)
  await phone.context().setOffline(true)
  await phone.reload()
  await reads(phone.getByRole('status').first(), /没有网络/)
  await phone.getByLabel('录入人').fill('小张')
  for (const n of [1, 2]) {
    await phone.getByLabel('怎么称呼您').fill(`离线访客${n}`)
    await phone.getByLabel('手机').fill(`1380013710${n}`)
    await phone.getByLabel('公司').fill(`离线展会${n}`)
    await phone.getByRole('button', { name: '保存这位访客' }).click()
    await reads(phone.locator('#count'), new RegExp(`^${n}$`))
  }
  await phone.getByLabel('怎么称呼您').fill('错号访客')
  await phone.getByLabel('手机').fill('99999999999999999999')
  await phone.getByRole('button', { name: '保存这位访客' }).click()
  await reads(phone.locator('#count'), /^3$/)
  await reads(phone.getByRole('status').first(), /待送达 3 条/)
  await phone.reload() // what waits survives
  await reads(phone.locator('#count'), /^3$/)
  await phone.context().setOffline(false)
  await reads(phone.locator('#count'), /^1$/)
  await reads(phone.locator('#list'), /错号访客[\s\S]*手机/)
  await reads(phone.getByRole('status').first(), /1 条要修改/)
  await shot(phone, 'booth')
  // What is being typed is not written over by an edit; an edit that is not saved loses nothing.
  await phone.getByLabel('怎么称呼您').fill('正在录入')
  await phone.getByRole('button', { name: '修改' }).click()
  await reads(phone.locator('#saved'), /先保存/)
  expect(await phone.getByLabel('怎么称呼您').inputValue()).toBe('正在录入')
  await phone.getByLabel('怎么称呼您').fill('')
  await phone.getByRole('button', { name: '修改' }).click()
  await reads(phone.locator('#list'), /放弃修改/)
  expect(await phone.getByLabel('怎么称呼您').inputValue()).toBe('错号访客')
  await phone.reload()
  await reads(phone.locator('#count'), /^1$/)
  // Without a net each link's own page comes back, not the one that was kept first.
  const other = link.replace(/k=.*/, 'k=' + encodeURIComponent(await newLink(desk)))
  await phone.goto(other)
  await reads(phone.locator('#count'), /^1$/)
  await phone.context().setOffline(true)
  await phone.reload()
  await reads(phone.getByRole('status').first(), /没有网络/)
  expect(await phone.locator('#booth').getAttribute('data-code')).toBe('')
  await phone.context().setOffline(false)
  await phone.goto(link)
  await phone.getByRole('button', { name: '修改' }).click()
  await phone.getByLabel('手机').fill('13800137109')
  await phone.getByRole('button', { name: '保存这位访客' }).click()
  await reads(phone.locator('#count'), /^0$/)
  const admin = await open()
  await signIn(admin, 'admin')
  for (const n of [1, 2]) expect((await found(admin, `离线展会${n}`)).map((l) => l.touches)).toEqual([1])
  await settled(admin)
})
