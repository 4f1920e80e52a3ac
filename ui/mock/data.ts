// Invented company for development screenshots only; never part of a build.
type Any = Record<string, any> // eslint-disable-line @typescript-eslint/no-explicit-any

const now = Date.now()
const h = 3600_000
export const iso = (ms: number): string => new Date(ms).toISOString()
const zh = (t: string, en: string) => ({ 'zh-CN': t, en })

const names = ['林晓', '吴涛', '赵倩', '钱峰', '孙悦', '何芳', '周凯', '郑敏', '王珂', '冯雪']
export const people = names.map((name, i) => ({ id: `p${i + 1}`, name, unit: i < 5 ? 'u2' : 'u3', unit_name: i < 5 ? '杭州一组' : '上海一组', active: true }))
people.push({ id: 'p0', name: '陈立', unit: 'u1', unit_name: '华东', active: true })
export const units = [{ id: 'u0', name: '总部', parent: null, kind: 'company' }, { id: 'u1', name: '华东', parent: 'u0', kind: 'region' }, { id: 'u2', name: '杭州一组', parent: 'u1', kind: 'team' }, { id: 'u3', name: '上海一组', parent: 'u1', kind: 'team' }, { id: 'u4', name: '华南', parent: 'u0', kind: 'region' }]

const opt = (...values: string[]) => values.map((value) => ({ value }))
const stages = [{ value: 'new', title: zh('待联系', 'New') }, { value: 'contacted', title: zh('有效沟通', 'Contacted') }, { value: 'quoted', title: zh('方案报价', 'Quoted') }, { value: 'signed', title: zh('合同签署', 'Signed') }, { value: 'lost', title: zh('已流失', 'Lost') }]
const sys = [
  { name: 'created_at', title: zh('进入时间', 'Entered'), type: 'datetime', system: true, readonly: true },
  { name: 'updated_at', title: zh('更新时间', 'Updated'), type: 'datetime', system: true, readonly: true },
]
const owner = { name: 'owner', title: zh('负责人', 'Owner'), type: 'person' }
const rights = { create: true, update: true, delete: true, export: true }
const industry = { name: 'industry', title: zh('行业', 'Industry'), type: 'choice', options: opt('教育', '医疗', '制造', '金融') }

export const meta: Any = {
  revision: 42,
  units, people,
  funnels: [{ name: 'lead_funnel', title: zh('线索转化', 'Lead conversion'), spec: { object: 'lead' } }],
  measures: [{ name: 'win_rate', title: zh('赢单率', 'Win rate'), spec: { type: 'ratio', dims: ['owner', 'industry'], kept: { dims: ['owner', 'industry'] }, time: 'decided_at' } }, { name: 'open_todos', title: zh('当前待办', 'Open to-dos'), spec: { type: 'count', dims: ['owner'], kept: { dims: ['owner'] } } }],
  tag_dimensions: [
    { name: 'source', title: zh('来源', 'Source'), object: 'lead', field: 'tag_source', values: [{ value: '展会扫码' }, { value: '官网表单' }, { value: '电话呼入' }] },
    { name: 'industry', title: zh('行业', 'Industry'), object: 'lead', field: 'tag_industry', values: [{ value: '教育', color: 'gray' }, { value: '医疗', color: 'gray' }] },
    { name: 'budget', title: zh('预算', 'Budget'), object: 'lead', field: 'tag_budget', values: [{ value: '<5万' }, { value: '5–20万' }, { value: '>20万' }, { value: '未知' }] },
    { name: 'grade', title: zh('等级', 'Grade'), object: 'lead', field: 'tag_grade', values: [{ value: 'A', color: 'green' }, { value: 'B', color: 'blue' }, { value: 'C', color: 'gray' }] },
  ],
  objects: [
    { name: 'lead', title: zh('线索', 'Leads'), title_field: 'name', rights, fields: [
      { name: 'company', title: zh('公司', 'Company'), type: 'text' }, { name: 'name', title: zh('联系人', 'Contact'), type: 'text' },
      { name: 'phone', title: zh('手机', 'Phone'), type: 'phone' }, { name: 'email', title: zh('邮箱', 'E-mail'), type: 'email' },
      { name: 'source', title: zh('来源', 'Source'), type: 'choice', options: opt('展会扫码', '官网表单', '电话呼入') }, industry,
      { name: 'budget', title: zh('预算', 'Budget'), type: 'money' }, { name: 'region', title: zh('地区', 'Region'), type: 'region' },
      { name: 'product_line', title: zh('产品线', 'Product line'), type: 'choice', options: opt('云课堂', '智慧病房', '产线质检') }, owner,
      { name: 'stage', title: zh('阶段', 'Stage'), type: 'choice', options: stages }, { name: 'note', title: zh('备注', 'Note'), type: 'long_text' },
      { name: 'due_at', title: zh('到期时间', 'Due'), type: 'datetime', readonly: true, system: true },
      ...['source', 'industry', 'budget', 'grade'].map((n) => ({ name: `tag_${n}`, title: zh(`${{ source: '来源', industry: '行业', budget: '预算', grade: '等级' }[n]}标签`, `${n} tag`), type: 'choice', tag_dimension: n, readonly: true, options: n === 'grade' ? opt('A', 'B', 'C') : n === 'budget' ? opt('<5万', '5–20万', '>20万', '未知') : opt('教育', '医疗', '制造') })),
      ...sys] },
    { name: 'customer', title: zh('客户', 'Customers'), title_field: 'name', rights, fields: [{ name: 'name', title: zh('名称', 'Name'), type: 'text' }, industry, { name: 'region', title: zh('地区', 'Region'), type: 'region' }, { name: 'size', title: zh('企业规模', 'Size'), type: 'choice', options: opt('小型', '中型', '大型') }, { name: 'phone', title: zh('电话', 'Phone'), type: 'phone' }, owner, ...sys] },
    { name: 'opportunity', title: zh('商机', 'Opportunities'), title_field: 'name', rights, fields: [{ name: 'name', title: zh('名称', 'Name'), type: 'text' }, { name: 'customer', title: zh('客户', 'Customer'), type: 'relation', target: 'customer' }, { name: 'amount', title: zh('金额', 'Amount'), type: 'money' }, { name: 'stage', title: zh('阶段', 'Stage'), type: 'choice', options: stages }, { name: 'close_on', title: zh('预计签约', 'Closes'), type: 'date' }, owner, ...sys] },
    { name: 'contract', title: zh('合同', 'Contracts'), title_field: 'number', rights, fields: [{ name: 'number', title: zh('编号', 'Number'), type: 'auto_number' }, { name: 'customer', title: zh('客户', 'Customer'), type: 'relation', target: 'customer' }, { name: 'amount', title: zh('金额', 'Amount'), type: 'money' }, { name: 'signed_on', title: zh('签署日', 'Signed'), type: 'date' }, owner, ...sys] },
    { name: 'person', title: zh('人员', 'People'), title_field: 'name', rights, fields: [{ name: 'name', title: zh('姓名', 'Name'), type: 'text' }, { name: 'username', title: zh('用户名', 'Username'), type: 'text' }, { name: 'rank', title: zh('职级', 'Rank'), type: 'choice', options: opt('初级', '中级', '高级') }, { name: 'product_lines', title: zh('产品线', 'Lines'), type: 'multi_choice', options: opt('云课堂', '智慧病房') }, { name: 'org_unit', title: zh('部门', 'Unit'), type: 'org_unit' }, { name: 'on_leave', title: zh('休假中', 'On leave'), type: 'boolean' }] },
  ],
}

const companies = ['杭州启明教育科技有限公司', '宁波仁和康复医院', '南京明德外国语学校', '合肥博文培训学校', '上海瑞科医疗器械有限公司', '厦门海纳职业学院', '苏州新诚口腔门诊部', '无锡精工机械有限公司', '济南远航教育集团', '福州安泰医院']
const contacts = ['周敏', '何主任', '沈老师', '方校长', 'Linda', '林处', '徐医生', '马工', '韩总', '苏院长']
const regions = ['浙江 杭州', '浙江 宁波', '江苏 南京', '安徽 合肥', '上海', '福建 厦门', '江苏 苏州', '江苏 无锡', '山东 济南', '福建 福州']

export function timersOf(i: number): Any[] {
  const t = (kind: string, state: string, start: number, due: number, extra: Any = {}) => ({ id: `t${i}${kind}`, kind, state, started_at: iso(now + start), due_at: iso(now + due), rule: { name: 'default', title: '线索跟进' }, working_time: false, ...extra })
  switch (i % 7) {
    case 0: return [t('follow_up', 'running', -51.3 * h, 20.7 * h)]
    case 1: return [t('follow_up', 'fired', -73.2 * h, -1.2 * h, { fired_at: iso(now - 1.2 * h) })]
    case 2: return [t('follow_up', 'stopped', -30 * h, 42 * h, { stopped_at: iso(now - 2 * h) })]
    case 3: return [t('assign_deadline', 'running', -0.63 * h, 0.4 * h)]
    case 4: return []
    case 5: return [t('first_open', 'running', -18 * h, 6.08 * h)]
    default: return [t('follow_up', 'running', -2 * h, 70 * h)]
  }
}

export const leads: Any[] = Array.from({ length: 130 }, (_, i) => {
  const k = i % 10
  const pool = i % 7 === 3
  const budget = i === 7 ? null : [125000, 180000, 80000, 65000, 198000, 150000, 52000, 320000, 45000, 210000][k]
  const ind = ['教育', '医疗', '教育', '教育', '医疗', '教育', '医疗', '制造', '教育', '医疗'][k]
  const source = ['展会扫码', '官网表单', '电话呼入', '官网表单'][i % 4]
  const timers = timersOf(i)
  return {
    id: `l${i + 1}`, version: 3, company: companies[k] + (i >= 10 ? ` ${Math.floor(i / 10) + 1}部` : ''), name: contacts[k], phone: `138 0571 ${String(8021 + i).padStart(4, '0')}`, email: null,
    source, industry: ind, budget, region: regions[k], product_line: '云课堂', owner: pool ? null : people[i % 5]!.id, stage: pool ? 'new' : ['new', 'new', 'contacted', 'new', 'quoted', 'new', 'contacted'][i % 7],
    note: null, created_at: iso(now - (2 + i * 3.7) * h), updated_at: iso(now - (1 + i) * h), due_at: timers[0]?.state === 'running' || timers[0]?.state === 'fired' ? timers[0].due_at : null,
    tags: { source, industry: ind, budget: budget === null ? '未知' : budget! < 50000 ? '<5万' : budget! <= 200000 ? '5–20万' : '>20万', grade: ['A', 'A', 'B', 'B', 'A', 'B', 'C'][i % 7] },
    hints: i === 7 ? { budget: { raw: '三十来万吧', message: '没读懂金额，请写成 30万 这样' } } : {}, timers,
  }
})
export const customers: Any[] = companies.map((name, i) => ({ id: `c${i}`, version: 1, name, industry: leads[i]!.industry, region: regions[i], size: ['小型', '中型', '大型'][i % 3], phone: '0571 8888 00' + i, owner: people[i % 5]!.id, created_at: iso(now - i * 40 * h), updated_at: iso(now - i * h), tags: {}, hints: {} }))
export const opportunities: Any[] = companies.map((name, i) => ({ id: `o${i}`, version: 1, name: name.slice(0, 6) + ' 云课堂采购', customer: `c${i}`, amount: [125000, 1_280_000, 86_000, 234_500, 99_000_000, 45_000, 660_000, 12_000, 150_000, 0][i], stage: ['quoted', 'contacted', 'signed'][i % 3], close_on: '2026-12-1' + i, owner: people[i % 5]!.id, created_at: iso(now - i * 60 * h), updated_at: iso(now - i * h), tags: {}, hints: {} }))

const leaf = (text: string, seen: string, passed: boolean) => ({ kind: 'leaf', text, seen, passed })
const check = (label: string, seen: string, passed: boolean) => ({ label, text: label, seen, passed })
const cand = (i: number, win: string, wp: boolean, todo: string, tp: boolean, extra: Any = {}) => ({ person: { id: people[i]!.id, name: names[i] }, passed: wp && tp, checks: [check('教育赢单率 30天 >65%', win, wp), check('待办 <8', todo, tp)], ...extra })

export function explain(lead: Any): Any {
  const pool = !lead.owner
  const edu = {
    name: 'education', title: zh('教育 5–20万', 'Education 50–200k'), matched: true, chosen: !pool, fallback: false, strategy: 'least_loaded', strategy_text: '负载最少',
    conditions: { kind: 'all', passed: true, text: '满足全部', children: [leaf('行业 = 教育', '教育', true), leaf('预算 在 5万–20万', '12.5万', true), { kind: 'any', passed: true, text: '满足任一', children: [leaf('来源是展会扫码', lead.source, lead.source === '展会扫码'), leaf('地区属于浙江', lead.region, true)] }] },
    considered: 40, excluded: [{ filter: 'region', text: '地区排除', count: 22 }, { filter: 'product_line', text: '产品线排除', count: 12 }, { filter: 'leave', text: '休假排除', count: 1 }],
    candidates: pool
      ? [cand(0, '60.1%', false, '5', true), cand(1, '68.0%', true, '8', false), cand(2, '65.0%', false, '3', true), cand(4, '—', false, '2', true, { note: '无样本' })]
      : [cand(0, '71.4%', true, '5', true, { chosen: true }), cand(1, '68.0%', true, '6', true, { note: '负载高' }), cand(2, '65.0%', false, '3', true), cand(3, '80.0%', true, '8', false), cand(4, '—', false, '2', true, { note: '无样本' })],
  }
  return {
    owner: {
      decision: pool ? 'pool' : 'assigned', person: pool ? null : { id: lead.owner, name: people.find((p) => p.id === lead.owner)!.name }, at: lead.created_at, revision: 42, policy: { name: 'lead', title: '线索分配' },
      text: pool ? undefined : '符合「教育 5–20万」，通过的 2 人里待办最少。', reason: pool ? '候选 5 人都没有通过实时条件，已进入公海等待认领。' : undefined,
      branches: [{ name: 'medical', title: zh('医疗大客户', 'Medical'), matched: false, conditions: { kind: 'all', passed: false, children: [leaf('行业 = 医疗', lead.industry, false), leaf('预算 不少于 20万', '12.5万', false)] } }, edu],
    },
    tags: {
      source: { value: lead.tags.source, text: '取自来源字段', revision: 42, seen: lead.source },
      industry: { value: lead.tags.industry, text: '行业字段是“教育”，或公司名含“学校”“教育”“学院”', revision: 42, conditions: { kind: 'any', passed: true, text: '满足任一', children: [leaf('行业 = 教育', lead.industry, true), leaf('公司包含“学校”', lead.company, false)] } },
      budget: { value: lead.tags.budget, text: '5万 ≤ 预算 ≤ 20万', revision: 42, seen: '12.5万' },
      grade: { value: lead.tags.grade, text: '预算 5–20万 且来源是展会', revision: 42, conditions: { kind: 'all', passed: true, children: [leaf('预算标签 = 5–20万', lead.tags.budget, true), leaf('来源 = 展会扫码', lead.source, lead.source === '展会扫码')] } },
    },
    countdowns: lead.timers,
  }
}

export function history(lead: Any): Any[] {
  const at = new Date(lead.created_at).getTime()
  const sysActor = { kind: 'system', name: '系统' }
  const ownerName = people.find((p) => p.id === lead.owner)?.name
  const list: Any[] = [
    { op: 'create', at, actor: { kind: 'person', id: 'p6', name: '何芳' }, ip: '10.2.8.41', changes: [{ field: 'company', title: '公司', to: lead.company }, { field: 'source', title: '来源', to: lead.source }, { field: 'budget', title: '预算', to: lead.budget, to_text: '¥12.5万' }] },
    { op: 'tag', at: at + 400, actor: sysActor, changes: [{ field: 'tag_industry', title: '行业标签', to: lead.tags.industry }, { field: 'tag_budget', title: '预算标签', to: lead.tags.budget }, { field: 'tag_grade', title: '等级', to: lead.tags.grade }] },
    { op: 'assign', at: at + 400, actor: sysActor, changes: [{ field: 'owner', to: lead.owner, to_text: ownerName }], note: undefined },
  ]
  if (lead.owner) list.push({ op: 'open', at: at + 15 * 60_000, actor: { kind: 'person', id: lead.owner, name: ownerName }, ip: '10.2.8.17', changes: [] }, { op: 'update', at: at + 20 * 60_000, actor: { kind: 'person', id: lead.owner, name: ownerName }, ip: '10.2.8.17', changes: [{ field: 'budget', title: '预算', from: 100000, from_text: '¥10.0万', to: lead.budget, to_text: '¥12.5万' }] })
  if (lead.timers[0]?.state === 'stopped') list.push({ op: 'contacted', at: now - 2 * h, actor: { kind: 'person', id: lead.owner, name: ownerName }, ip: '10.2.8.17', note: '和沈老师通了电话，下周二带方案上门，关心能不能和教务系统打通。', data: { way: 'phone' }, changes: [] })
  if (lead.timers[0]?.state === 'fired') list.push({ op: 'breach', at: now - 1.2 * h, actor: sysActor, note: '72小时内没有联系，已提醒吴涛并抄送陈立。', changes: [] })
  return list.map((e, i) => ({ seq: 1000 + i, object: 'lead', record_id: lead.id, origin: 'person', written_at: iso(e.at), ...e, at: iso(e.at) })).reverse()
}

export const inbox: Any[] = [
  { id: 'i1', kind: 'overdue', level: 'red', title: '宁波仁和康复医院 跟进超时', body: '72小时内没有联系，主管陈立已收到抄送。', object: 'lead', record_id: 'l2', at: iso(now - 1.2 * h), read_at: null },
  { id: 'i2', kind: 'assigned', level: 'blue', title: '新线索：杭州启明教育科技有限公司', body: '符合「教育 5–20万」，24小时内需打开。', object: 'lead', record_id: 'l1', at: iso(now - 2 * h), read_at: null },
  { id: 'i3', kind: 'copy', level: 'amber', title: '钱峰的线索超时，抄送给您', body: '上海瑞科医疗器械有限公司，已超 3小时。', object: 'lead', record_id: 'l5', at: iso(now - 26 * h), read_at: iso(now - 20 * h) },
]
