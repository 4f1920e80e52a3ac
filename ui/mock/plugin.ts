import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Plugin } from 'vite'
import { customers, explain, history, inbox, iso, leads, meta, opportunities, people } from './data'
import { configRoutes } from './config'
import { funnel } from './funnel'

type Any = Record<string, any> // eslint-disable-line @typescript-eslint/no-explicit-any
const h = 3600_000

async function body(req: IncomingMessage): Promise<Any> {
  const parts: Buffer[] = []
  for await (const part of req) parts.push(part as Buffer)
  try { return JSON.parse(Buffer.concat(parts).toString()) as Any } catch { return {} }
}

const matches = (r: Any, c: Any): boolean => {
  if (!c) return true
  if (c.all) return c.all.every((x: Any) => matches(r, x))
  if (c.any) return c.any.some((x: Any) => matches(r, x))
  if (c.none) return !c.none.some((x: Any) => matches(r, x))
  const v = r[c.field]
  const blank = v === null || v === undefined || v === ''
  switch (c.op) {
    case 'eq': return v === c.value
    case 'ne': return v !== c.value
    case 'in': return c.value.includes(v)
    case 'empty': return blank
    case 'not_empty': return !blank
    case 'between': return !blank && v >= c.value[0] && v <= c.value[1]
    case 'gt': return !blank && v > c.value
    case 'gte': return !blank && v >= c.value
    case 'lt': return !blank && v < c.value
    case 'lte': return !blank && v <= c.value
    case 'contains': return String(v ?? '').includes(c.value ?? '')
    case 'under': return String(v ?? '').includes(c.value ?? '')
    case 'within': return c.value.this ? new Date(v).toDateString() === new Date().toDateString() : Date.now() >= new Date(v).getTime() && Date.now() - new Date(v).getTime() < c.value.last * (c.value.unit === 'hour' ? h : 24 * h)
    default: return true
  }
}

/** Answers the API from memory while no real server is named. */
export function mockServer(): Plugin {
  let who: string | null = process.env.MOCK_USER ?? null
  const jobs = new Map<string, Any>()
  const problem = (status: number, code: string, detail: string, extra: Any = {}) => ({ status, json: { type: 'about:blank', title: detail, status, code, detail, request_id: 'req-7f3a', ...extra } })
  const sessionOf = (): Any => {
    const me = people.find((p) => p.id === who)!
    const director = who === 'p0'
    return { csrf_token: 'mock', user: { id: me.id, name: me.name, username: me.id, roles: [director ? 'director' : 'rep'], unit: me.unit, unit_name: me.unit_name }, rights: director ? ['leads.import', 'definitions.read', 'definitions.write', 'people.write', 'keys.write', 'events.read', 'channels.write', 'funnel.read'] : ['funnel.read', 'definitions.read', 'leads.import'], workspace: { name: '示例公司', zone: 'Asia/Shanghai', now: new Date().toISOString(), demo: true } }
  }
  const tables: Record<string, Any[]> = { lead: leads, customer: customers, opportunity: opportunities, contract: [], person: people.map((p, i) => ({ ...p, version: 1, username: p.id, rank: ['初级', '中级', '高级'][i % 3], org_unit: p.unit, on_leave: i === 4, product_lines: ['云课堂'] })) }
  const refs = { person: Object.fromEntries(people.map((p) => [p.id, p.name])), customer: Object.fromEntries(customers.map((c) => [c.id, c.name])) }

  async function answer(req: IncomingMessage, url: URL): Promise<{ status: number; json: unknown }> {
    const path = url.pathname.replace('/api/v1/', '')
    const method = req.method ?? 'GET'
    const ok = (json: unknown, status = 200) => ({ status, json })
    if (path === 'session/demo') return ok({ people: [{ username: 'p0', name: '陈立', title: '销售总监' }, { username: 'p1', name: '林晓', title: '销售' }, { username: 'p2', name: '吴涛', title: '销售' }, { username: 'p6', name: '何芳', title: '市场部' }], password: 'demo' })
    if (path === 'session') {
      if (method === 'POST') {
        const given = await body(req)
        if (!people.some((p) => p.id === given.username)) return problem(401, 'bad_credentials', '用户名或密码不对')
        who = given.username as string
        return ok(sessionOf())
      }
      if (method === 'DELETE') { who = null; return ok({}) }
      return who ? ok(sessionOf()) : problem(401, 'not_signed_in', '请先登录')
    }
    if (!who) return problem(401, 'not_signed_in', '请先登录')
    if (path === 'meta') return ok(meta)
    if (path === 'inbox') return ok({ items: inbox, unread: inbox.filter((i) => !i.read_at).length })
    if (path.startsWith('inbox')) { inbox.forEach((i) => { if (path === 'inbox:read-all' || path.includes(i.id)) i.read_at = iso(Date.now()) }); return ok({}) }
    if (path === 'trail') return ok({ last_seq: 20412, sealed_seq: 20409, seals: 812, last_seal_at: iso(Date.now() - 900), head: '9f2c1e7b4a6d80c35512aa' })
    if (path === 'events') return ok({ events: leads.slice(0, 12).flatMap((l) => history(l)).map((e, i) => ({ ...e, seq: 20412 - i })), next_cursor: null })
    if (path === 'jobs') return ok({ jobs: [...jobs.values()].map(step).filter((j) => j.state === 'running') })
    const job = /^jobs\/(\w+)$/.exec(path)
    if (job) { const j = jobs.get(job[1]!); return j ? ok({ job: step(j) }) : problem(404, 'not_found', '没有这个任务') }
    if (path.endsWith('import:preview')) { await body(req); return ok(preview) }
    if (path.endsWith('/import')) { await body(req); jobs.set('j1', { id: 'j1', kind: 'import', title: '导入 3,200 行', start: Date.now(), rows: 3200 }); return ok({ job: { id: 'j1' } }, 202) }
    if (path.startsWith('funnels/')) return ok(funnel(path, await body(req), leads, refs))
    const configured = await configRoutes(path, method, () => body(req))
    if (configured) return configured
    const m = /^objects\/(\w+)\/records(?:\/([^/:]+))?(?:[:/](\w+))?$/.exec(path)
    if (m) {
      const [, object, id, action] = m
      const rows = tables[object!] ?? []
      if (!id) {
        if (method === 'POST') { const made = { ...leads[0], id: `l${rows.length + 1}`, ...(await body(req)), created_at: iso(Date.now()) }; rows.unshift(made); return ok({ record: made, refs, outcome: 'created' }, 201) }
        const filter = url.searchParams.get('filter')
        const q = url.searchParams.get('q')
        let found = rows.filter((r) => matches(r, filter ? JSON.parse(filter) : null) && (!q || JSON.stringify(r).includes(q)))
        const sort = url.searchParams.get('sort')
        if (sort) { const key = sort.replace('-', ''); const s = sort.startsWith('-') ? -1 : 1; found = [...found].sort((a, b) => (a[key] < b[key] ? -s : a[key] > b[key] ? s : 0)) }
        const from = Number(url.searchParams.get('cursor') ?? 0)
        const limit = Number(url.searchParams.get('limit') ?? 50)
        return ok({ records: found.slice(from, from + limit), refs, next_cursor: from + limit < found.length ? String(from + limit) : null, count: found.length, count_capped: found.length > 100 })
      }
      const record = rows.find((r) => r.id === id)
      if (!record) return problem(404, 'not_found', '没有找到这条记录')
      if (action === 'history') return ok({ events: object === 'lead' ? history(record) : [], next_cursor: null })
      if (action === 'explain') return ok(explain(record))
      if (method === 'PATCH') {
        const changes = await body(req)
        if (changes.name === '冲突') { record.version++; return problem(409, 'stale', '这条记录刚被别人改过', { errors: [{ pointer: '/name', code: 'stale', message: '别人改过', yours: '冲突', theirs: '周敏敏' }] }) }
        if (typeof changes.budget === 'string') { const raw = changes.budget as string; const n = Number(raw.replace('万', '')) * 10000; if (Number.isNaN(n)) record.hints = { budget: { raw, message: '没读懂金额，请写成 30万 这样' } }; changes.budget = Number.isNaN(n) ? null : n }
        Object.assign(record, changes); record.version++
        return ok({ record, refs })
      }
      if (action === 'claim') { if (record.owner) return problem(409, 'held', '这条线索已归林晓负责'); record.owner = who; return ok({ record }) }
      if (action === 'contacted') { await body(req); record.timers = record.timers.map((t: Any) => ({ ...t, state: 'stopped', stopped_at: iso(Date.now()) })); return ok({ record, timers: record.timers }) }
      const mine = record.owner === who
      return ok({ record, refs, timers: record.timers, rights: { update: true, delete: false, claim: object === 'lead' && !record.owner, open: mine, contacted: object === 'lead' && mine, transfer: object === 'lead' && Boolean(record.owner) } })
    }
    return problem(404, 'not_found', `mock has no ${path}`)
  }

  function step(job: Any): Any {
    const progress = process.env.MOCK_JOB === 'hold' ? 0.62 : Math.min(1, (Date.now() - job.start) / 9000)
    const done = progress >= 1
    return { ...job, state: done ? 'done' : 'running', progress, rate: 355, eta_seconds: Math.ceil((1 - progress) * 9), result: { rows: Math.floor(job.rows * progress), created: Math.floor(3050 * progress), merged: Math.floor(147 * progress), rejected: done ? 3 : 1 }, errors: [{ line: 218, column: '预算', value: '"12万', code: 'quote', message: '引号没有闭合', hint: '补上右引号后重新导入这一行' }, { line: 1044, column: '手机', value: '138', code: 'phone', message: '手机号位数不够', hint: '请填 11 位手机号' }, { line: 3001, column: '', value: '', code: 'columns', message: '这一行少了 2 列' }].slice(0, done ? 3 : 1), by: '陈立', created_at: iso(job.start) }
  }

  return {
    name: 'baton-mock',
    configureServer(server) {
      server.middlewares.use((req: IncomingMessage, res: ServerResponse, next: () => void) => {
        const url = new URL(req.url ?? '/', 'http://mock')
        if (!url.pathname.startsWith('/api/')) return next()
        if (url.pathname.endsWith('/stream')) {
          res.writeHead(200, { 'Content-Type': 'text/event-stream' })
          res.write(': hello\n\n')
          return
        }
        void answer(req, url).then(({ status, json }) => {
          res.writeHead(status, { 'Content-Type': status >= 400 ? 'application/problem+json' : 'application/json' })
          res.end(JSON.stringify(json))
        })
      })
    },
  }
}

const preview = {
  encoding: 'GB18030', delimiter: ',', row_estimate: 3200,
  columns: [
    { index: 0, name: '公司名称', field: 'company', confidence: 0.98, how: 'alias', samples: ['杭州启明教育科技有限公司', '宁波仁和康复医院'] },
    { index: 1, name: '联系人', field: 'name', confidence: 1, how: 'name', samples: ['周敏', '何主任'] },
    { index: 2, name: 'tel', field: 'phone', confidence: 0.86, how: 'content', samples: ['13805718021', '138 0571 8022'] },
    { index: 3, name: '预算', field: 'budget', confidence: 1, how: 'name', samples: ['20万', '￥350,000'] },
    { index: 4, name: '展位', field: null, confidence: 0, how: 'none', samples: ['B12', 'B14'] },
  ],
  rows: Array.from({ length: 20 }, (_, i) => [leads[i]!.company, leads[i]!.name, leads[i]!.phone, ['20万', '￥350,000', '5w', '12.5万'][i % 4]!, 'B' + (10 + i)]),
  fields: [{ name: 'company', title: { 'zh-CN': '公司' }, type: 'text' }, { name: 'name', title: { 'zh-CN': '联系人' }, type: 'text' }, { name: 'phone', title: { 'zh-CN': '手机' }, type: 'phone' }, { name: 'budget', title: { 'zh-CN': '预算' }, type: 'money' }, { name: 'region', title: { 'zh-CN': '地区' }, type: 'region' }, { name: 'note', title: { 'zh-CN': '备注' }, type: 'long_text' }],
}
