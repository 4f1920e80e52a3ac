import type { Page, Route } from 'playwright-core'
import { expect, test } from 'vitest'
import { narrow, picture, useBrowser, wide } from '../harness/browser'
import { barriers, call, go, newLead, settled, shot, signIn } from '../harness/steps'

const open = useBrowser()

/** Every page that a person may stand on, by a name for its picture; the lead is one that stands. */
const pages = (lead: string): [string, string][] => [
  ['home', '/'],
  ['leads', '/objects/lead?view=all'],
  ['lead', `/objects/lead/${lead}`],
  ['why', `/objects/lead?view=all&why=lead/${lead}/owner`],
  ['new', '/objects/lead?view=all&new=1'],
  ['inbox', '/?inbox=1'],
  ['opportunities', '/objects/opportunity'],
  ['import', '/import'],
  ['pool', '/pool'],
  ['overdue', '/overdue'],
  ['duplicates', '/duplicates'],
  ['board', '/objects/opportunity/board'],
  ['funnel', '/funnel?by=team'],
  ['drill', '/funnel?stage=quoted&metric=stay'],
  ['diagnosis', '/diagnosis'],
  ['scripts', '/scripts'],
  ['policy', '/config/assignment_policy/lead_assignment'],
  ['tag', '/config/tag_dimension/budget'],
  ['follow-up', '/config/follow_up_rule/lead_follow_up'],
  ['channel', '/config/channel/h5_form'],
  ['pool-policy', '/config/pool_policy/lead_pool'],
  ['duplicate-rule', '/config/duplicate_rule/lead'],
  ['fairness', '/config/assignment_policy/lead_assignment?tab=fairness'],
  ['role', '/config/role/director'],
  ['object', '/config/object/lead'],
  ['objects', '/config/objects'],
  ['people', '/config/people'],
  ['org', '/config/people?tab=org'],
  ['delegations', '/config/people?tab=delegations'],
  ['keys', '/config/keys'],
  ['revisions', '/config/revisions'],
  ['trail', '/trail'],
  ['missing', '/nothing/here'],
]

/** What is written on the page by the page itself: all text outside of what people, rules and the server wrote. */
const ownWords = (page: Page): Promise<string[]> =>
  page.evaluate(() => {
    const data = [
      'td', 'tbody th', '.chip', '.person', '.facts dd', '.record-page h1', '.timeline', '.today-name', '.today-facts', '.today-last', '.today-acts .ant-btn', '.behind', '.overdue-cards a', '.overdue-cards p', '.overdue-talk', '.overdue-cards .ant-btn', '.quick-note', '.inbox-item', '.why', '.trace', '.filter-chip', '.filter-sentence', 'textarea',
      '.config-sentence', '.config-reads', '.script-list', '.scripts-all', '.diagnosis-fault', '.cond-chip', '.config-link', '.problems', '.funnel-grid svg', '.beside-label', '.revisions', '.drill', '.mapping', '.related li',
      '.ant-drawer-title', '.banner-side', '.person-button', '.ant-select-content', '.ant-select-selection-item', '.page-extra', '.movers', '[data-testid=branch]', '[data-testid=condition]', '.col-check', 'code', '.config-main h1', '.next-list',
      '.palette .section-title', '.palette-item:not(.type-item)', '.field-row', '.field-list .section-title', '.object-list', '[data-testid=branch-settings] :is(h2, .form-control)', '.band-bar',
      '.org-unit strong', '.pool-head a', '.pool-facts', '.pool-why', '[data-testid^="pool-region-"]:not([data-testid$=all], [data-testid$=none])', '.board-card-title', '.board-card-facts', '.fair-more .grow', '.jobs-pill',
    ].join(',')
    // Labels that name what they are of; the words in them are looked at where they stand without a name.
    const named = ['.beside', '.board-card', '[data-testid="pool-row"]', '.fair-more'].join(',')
    const out: string[] = []
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT)
    for (let node = walker.nextNode(); node; node = walker.nextNode()) {
      const parent = node.parentElement
      const text = node.textContent?.trim() ?? ''
      if (!text || !parent || parent.closest(`script, style, ${data}`) || !parent.checkVisibility()) continue
      out.push(text)
    }
    for (const e of document.querySelectorAll('[aria-label], [placeholder], [title]')) {
      if (e.closest(`${data}, ${named}`)) continue
      for (const name of ['aria-label', 'placeholder', 'title']) if (e.getAttribute(name)) out.push(`${name}: ${e.getAttribute(name)}`)
    }
    return out
  })

const wider = (page: Page): Promise<number> => page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth)

async function prefer(page: Page, theme: 'light' | 'dark', language: 'zh-CN' | 'en') {
  await page.context().addInitScript(([t, l]) => {
    localStorage.setItem('baton.theme', t as string)
    localStorage.setItem('baton.language', l as string)
  }, [theme, language])
}

async function sample(page: Page): Promise<string> {
  const { body } = await call<{ records: { id: string }[] }>(page, 'GET', 'objects/lead/records?sort=-assigned_at&limit=1')
  return body.records[0]?.id ?? ''
}

test('English: the language is switched in the menu, and no page keeps words of its own in Chinese', { timeout: 240_000 }, async () => {
  const page = await open(wide, ['/nothing/here'])
  await signIn(page, 'chenli')
  await page.getByRole('button', { name: '陈立 的菜单' }).click()
  await page.getByRole('menuitem', { name: 'English' }).click()
  await page.getByRole('heading', { name: 'Today', level: 1 }).waitFor()
  expect(await page.evaluate(() => document.documentElement.lang)).toBe('en')
  const lead = await sample(page)
  const left: string[] = []
  const faint: string[] = []
  const barred: string[] = []
  for (const [name, path] of pages(lead)) {
    await go(page, path)
    await page.locator('main :is(h1, .state-title)').first().waitFor()
    await settled(page)
    for (const text of await ownWords(page)) {
      if (/[\u3400-\u9fff]/.test(text) && text !== '中文') left.push(`${name}: ${text}`)
      if (/^[a-z_]+(\.[a-z_]+)+$/i.test(text.replace(/^[\w-]+: /, ''))) left.push(`${name}: key ${text}`)
    }
    if ((await wider(page)) > 0) left.push(`${name}: wider than the window`)
    faint.push(...(await unreadable(page)).map((t) => `${name}: ${t}`)) // light, at a desk's width
    barred.push(...(await barriers(page)).map((t) => `${name}: ${t}`))
    await picture(page, `en-${name}-1440`)
  }
  expect([...new Set(left)]).toEqual([])
  expect([...new Set(faint)]).toEqual([])
  expect([...new Set(barred)]).toEqual([])
})

test('dark: every page is drawn from the same tokens, with text that can be read', { timeout: 240_000 }, async () => {
  const page = await open(wide, ['/nothing/here'])
  await prefer(page, 'dark', 'zh-CN')
  await signIn(page, 'chenli')
  const lead = await sample(page)
  const faint: string[] = []
  for (const [name, path] of pages(lead)) {
    await go(page, path)
    await page.locator('main :is(h1, .state-title)').first().waitFor()
    await settled(page)
    expect(await page.evaluate(() => document.documentElement.dataset.theme)).toBe('dark')
    faint.push(...(await unreadable(page)).map((t) => `${name}: ${t}`))
    if ((await wider(page)) > 0) faint.push(`${name}: wider than the window`)
    await picture(page, `dark-${name}-1440`)
  }
  expect([...new Set(faint)]).toEqual([])
})

/** Text whose contrast with what is behind it is under AA (4.5, or 3 when large); what is disabled or a placeholder may be faint. */
const unreadable = (page: Page): Promise<string[]> =>
  page.evaluate(() => {
    type Color = [number, number, number, number]
    const read = (text: string): Color => {
      const srgb = /color\(srgb ([\d.]+) ([\d.]+) ([\d.]+)(?: \/ ([\d.]+))?\)/.exec(text)
      if (srgb) return [Number(srgb[1]) * 255, Number(srgb[2]) * 255, Number(srgb[3]) * 255, srgb[4] === undefined ? 1 : Number(srgb[4])]
      const n = (text.match(/[\d.]+/g) ?? []).map(Number)
      return [n[0] ?? 0, n[1] ?? 0, n[2] ?? 0, n[3] ?? 1]
    }
    const over = (top: Color, under: Color): Color => [0, 1, 2].map((i) => (top[i] as number) * top[3] + (under[i] as number) * (1 - top[3])).concat(1) as Color
    const behind = (e: Element): Color => {
      const layers: Color[] = []
      for (let at: Element | null = e; at; at = at.parentElement) {
        const c = read(getComputedStyle(at).backgroundColor)
        if (c[3] > 0) layers.push(c)
        if (c[3] === 1) break
      }
      return layers.reduceRight<Color>((under, top) => over(top, under), [255, 255, 255, 1])
    }
    const light = ([r, g, b]: Color): number => {
      const part = (v: number): number => (v / 255 <= 0.03928 ? v / 255 / 12.92 : ((v / 255 + 0.055) / 1.055) ** 2.4)
      return 0.2126 * part(r) + 0.7152 * part(g) + 0.0722 * part(b)
    }
    const out: string[] = []
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT)
    for (let node = walker.nextNode(); node; node = walker.nextNode()) {
      const e = node.parentElement
      const text = node.textContent?.trim() ?? ''
      if (!text || !e || !e.checkVisibility() || e.closest('script, style, svg, :disabled, [disabled], [aria-disabled=true], [aria-hidden=true], .ant-select-placeholder, .visually-hidden, .is-left-out, .ant-select-content-has-search-value')) continue
      const style = getComputedStyle(e)
      const ground = behind(e)
      const a = light(over(read(style.color), ground))
      const b = light(ground)
      const ratio = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05)
      const size = parseFloat(style.fontSize)
      if (ratio < (size >= 24 || (size >= 18.66 && Number(style.fontWeight) >= 700) ? 3 : 4.5)) out.push(`${text.slice(0, 24)} ${ratio.toFixed(2)} (${e.className || e.tagName})`)
    }
    return out
  })

test('a page that cannot be read says so and reads it on retry', async () => {
  const page = await open(wide, ['503'])
  await signIn(page, 'chenli')
  let broken = true
  const fail = (route: Route) => (broken ? route.fulfill({ status: 503, contentType: 'application/problem+json', body: JSON.stringify({ title: 'Service Unavailable', status: 503, code: 'busy', detail: '服务器正忙，请稍后再试', request_id: 'req-e2e-1', errors: [] }) }) : route.fallback())
  const asked: [string, string, RegExp][] = [
    ['leads', '/objects/lead?view=all', /\/api\/v1\/objects\/lead\/records/],
    ['funnel', '/funnel', /\/api\/v1\/funnels/],
    ['trail', '/trail', /\/api\/v1\/events/],
    ['revisions', '/config/revisions', /\/api\/v1\/revisions/],
    ['inbox', '/?inbox=1', /\/api\/v1\/inbox/],
  ]
  for (const [name, path, address] of asked) {
    broken = true
    await page.route(address, fail)
    await page.goto(path)
    const said = (name === 'inbox' ? page.getByRole('dialog') : page.locator('main')).getByRole('alert').filter({ hasText: '服务器正忙，请稍后再试' }).first()
    await said.waitFor()
    expect(await said.innerText()).toContain('请求编号 req-e2e-1')
    if (name !== 'inbox') await shot(page, `error-${name}`)
    broken = false
    await page.unroute(address)
    await said.getByRole('button', { name: '重试' }).click()
    await said.waitFor({ state: 'detached' })
  }
})

test('while it loads a page keeps its shape; cut off, it says so and finds back', async () => {
  const page = await open(wide, ['/api/v1/stream'])
  await signIn(page, 'chenli')
  let release = () => {}
  const held = new Promise<void>((resolve) => (release = resolve))
  await page.route(/\/api\/v1\/objects\/lead\/records/, async (route) => {
    await held
    await route.fallback()
  })
  await page.goto('/objects/lead?view=all')
  await page.getByRole('status', { name: '正在载入' }).first().waitFor()
  await page.getByRole('heading', { name: '线索', level: 1 }).waitFor()
  await picture(page, 'loading-leads-1440')
  release()
  await page.getByTestId('lead-row').first().waitFor()
  await page.unroute(/\/api\/v1\/objects\/lead\/records/)

  await page.route('**/api/v1/stream', (route) => route.abort())
  await page.reload()
  await page.getByText('正在重新连接').waitFor()
  await page.getByTestId('lead-row').first().waitFor()
  await shot(page, 'offline')
  const made = await newLead(page, { company: '断线时来的公司', region: '浙江 杭州' })
  await page.unroute('**/api/v1/stream')
  await page.getByText('正在重新连接').waitFor({ state: 'detached', timeout: 45_000 })
  await page.locator(`[data-id="${made.id}"]`).waitFor()
})

test('on a phone every page fits, in light text that can be read', { timeout: 240_000 }, async () => {
  const page = await open(narrow, ['/nothing/here'])
  await prefer(page, 'light', 'zh-CN')
  await signIn(page, 'chenli')
  const wrong: string[] = []
  for (const [name, path] of pages(await sample(page))) {
    await go(page, path)
    await page.locator('main :is(h1, .state-title, .config-back)').first().waitFor()
    await settled(page)
    const over = await wider(page)
    if (over > 0) wrong.push(`${name}: ${over} px too wide`)
    const main = await page.evaluate(() => {
      const m = document.querySelector('main')
      return m ? m.scrollWidth - m.clientWidth : 0
    })
    if (main > 0) wrong.push(`${name}: main scrolls ${main} px sideways`)
    wrong.push(...(await unreadable(page)).map((t) => `${name}: ${t}`))
  }
  expect([...new Set(wrong)]).toEqual([])
})
