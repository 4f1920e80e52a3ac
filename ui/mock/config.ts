type Any = Record<string, any> // eslint-disable-line @typescript-eslint/no-explicit-any
const zh = (t: string) => ({ 'zh-CN': t })
const now = Date.now()
const iso = (ms: number): string => new Date(ms).toISOString()

const win = (v: number) => ({ measure: 'win_rate', for: { owner: { ref: 'candidate.id' }, industry: { ref: 'lead.industry' } }, period: { last: 30, unit: 'day' }, op: 'gt', value: v })
const todos = (v: number) => ({ measure: 'open_todos', for: { owner: { ref: 'candidate.id' } }, op: 'lt', value: v })
export const definitions: Any[] = [
  { kind: 'tag_dimension', name: 'industry', title: zh('行业'), spec: { object: 'lead', field: 'tag_industry', values: [{ value: '教育', color: 'blue' }, { value: '医疗', color: 'green' }, { value: '制造', color: 'gray' }], rules: [{ value: '教育', when: { any: [{ field: 'industry', op: 'eq', value: '教育' }, { field: 'company', op: 'contains', value: '学校' }] } }, { value: '医疗', when: { field: 'industry', op: 'eq', value: '医疗' } }], otherwise: null } },
  { kind: 'tag_dimension', name: 'budget', title: zh('预算'), spec: { object: 'lead', field: 'tag_budget', values: [{ value: '<5万' }, { value: '5–20万' }, { value: '>20万' }, { value: '未知' }], rules: [], bands: { field: 'budget', edges: [{ value: '<5万', lt: 50000 }, { value: '5–20万', gte: 50000, lte: 200000 }, { value: '>20万', gt: 200000 }], unknown: '未知' }, otherwise: null } },
  { kind: 'tag_dimension', name: 'source', title: zh('来源'), spec: { object: 'lead', field: 'tag_source', values: [{ value: '官网表单' }, { value: '展会扫码' }], rules: [], copy: 'source', otherwise: null } },
  { kind: 'assignment_policy', name: 'lead', title: zh('线索分配'), spec: { object: 'lead', enabled: true, deadline_minutes: 30, branches: [
    { name: 'education', title: zh('教育 5–20万'), when: { all: [{ field: 'industry', op: 'eq', value: '教育' }, { field: 'budget', op: 'between', value: [50000, 200000] }] }, candidates: { region: true, product_line: true, leave: true, hours: false, where: { all: [win(0.65), todos(8)] } }, strategy: 'least_loaded' },
    { name: 'medical', title: zh('医疗大客户'), when: { all: [{ field: 'industry', op: 'eq', value: '医疗' }, { any: [{ field: 'budget', op: 'gte', value: 200000 }, { field: 'source', op: 'eq', value: '展会扫码' }] }] }, candidates: { region: true, leave: true, min_rank: '高级' }, strategy: 'highest_win_rate' },
    { name: 'unknown_budget', title: zh('预算未知 · 兜底'), fallback: true, when: {}, candidates: { region: true, leave: true }, strategy: 'round_robin' }], otherwise: 'pool' } },
  { kind: 'follow_up_rule', name: 'lead', title: zh('线索跟进'), spec: { object: 'lead', enabled: true, first_open_hours: 24, contact_hours: 72, working_time: false, calendar: 'cn', on_breach: { notify_owner: true, copy_supervisor: true, escalate_after_hours: 24, return_to_pool_after_hours: null } } },
  { kind: 'channel', name: 'website', title: zh('官网表单'), spec: { object: 'lead', source: '官网表单', enabled: true, assign: true, countdown: true, defaults: {} } },
  { kind: 'measure', name: 'win_rate', title: zh('赢单率'), spec: { object: 'lead', type: 'percent' } },
  { kind: 'measure', name: 'open_todos', title: zh('当前待办'), spec: { object: 'task', type: 'integer' } },
  { kind: 'funnel', name: 'lead_funnel', title: zh('线索转化'), spec: { object: 'lead', field: 'stage', stages: ['new', 'contacted', 'quoted', 'signed'] } },
].map((d) => ({ ...d, version: 2, revision: 42, has_draft: false }))

const drafts = new Map<string, Any>()
const keyList: Any[] = [{ id: 'k1', kind: 'channel', name: 'website', scopes: ['intake:website'], created_at: iso(now - 9e8) }]
const revisions: Any[] = [
  { n: 42, at: iso(now - 3e7), by: '陈立', note: '教育分支上限改为 8', changes: [{ kind: 'assignment_policy', name: 'lead', op: 'update' }] },
  { n: 41, at: iso(now - 3e8), by: '陈立', note: '新增预算标签', changes: [{ kind: 'tag_dimension', name: 'budget', op: 'create' }] },
  { n: 1, at: iso(now - 9e9), by: '系统', note: '', changes: [{ kind: 'object', name: 'lead', op: 'create' }, { kind: 'object', name: 'customer', op: 'create' }] },
]

export async function configRoutes(path: string, method: string, body: () => Promise<Any>): Promise<{ status: number; json: unknown } | null> {
  const ok = (json: unknown, status = 200) => ({ status, json })
  if (path === 'definitions') return ok({ definitions: definitions.map((d) => ({ ...d, has_draft: drafts.has(`${d.kind}/${d.name}`) })), kinds: ['tag_dimension', 'assignment_policy'] })
  if (path === 'definitions:check') return ok({ problems: [], sentences: {} })
  const one = /^definitions\/(\w+)\/(\w+)(\/draft)?$/.exec(path)
  if (one) {
    const key = `${one[1]}/${one[2]}`
    const definition = definitions.find((d) => d.kind === one[1] && d.name === one[2]) ?? null
    if (method === 'DELETE') { drafts.delete(key); return ok({}) }
    if (method === 'PUT') {
      const draft = { ...(await body()), by: '陈立', at: iso(Date.now()) }
      drafts.set(key, draft)
      const wrong = JSON.stringify(draft).includes('教肓')
      return ok({ draft, sentence: '行业是教育、预算在 5万 到 20万 之间的线索，分给该行业近 30 天赢单率高于 65%、待办少于 8 条的销售里待办最少的一位。', problems: wrong ? [{ kind: one[1], name: one[2], pointer: '/branches/0/when/all/0/value', code: 'unknown_value', message: '行业没有“教肓”这个值', hint: '是否指“教育”？' }] : [] })
    }
    if (!definition && !drafts.has(key)) return ok({ title: '没有找到', status: 404, code: 'not_found', detail: '没有这个配置' }, 404)
    return ok({ definition, draft: drafts.get(key) ?? null, sentence: '行业是教育、预算在 5万 到 20万 之间的线索，分给该行业近 30 天赢单率高于 65%、待办少于 8 条的销售里待办最少的一位。' })
  }
  if (path === 'revisions') {
    if (method === 'GET') return ok({ revisions })
    const given = await body()
    for (const [key, draft] of drafts) { const [kind, name] = key.split('/'); const found = definitions.find((d) => d.kind === kind && d.name === name); if (found) Object.assign(found, { title: draft.title, spec: draft.spec }); else definitions.push({ kind, name, title: draft.title, spec: draft.spec, version: 1, revision: 43 }) }
    const revision = { n: revisions[0]!.n + 1, at: iso(Date.now()), by: '陈立', note: given.note, changes: [...drafts.keys()].map((k) => ({ kind: k.split('/')[0], name: k.split('/')[1], op: 'update' })) }
    drafts.clear()
    revisions.unshift(revision)
    return ok({ revision }, 201)
  }
  if (/^revisions\/\d+\/restore$/.test(path)) return ok({ revision: revisions[0] })
  if (path === 'keys') {
    if (method === 'GET') return ok({ keys: keyList })
    const given = await body()
    const key = { id: `k${keyList.length + 1}`, ...given, created_at: iso(Date.now()) }
    keyList.push(key)
    return ok({ key, secret: 'bk_live_4Qh2mXw9vTr7pLs1' }, 201)
  }
  if (path.startsWith('keys/')) { keyList.splice(keyList.findIndex((k) => path.endsWith(k.id as string)), 1); return ok({}) }
  return null
}
