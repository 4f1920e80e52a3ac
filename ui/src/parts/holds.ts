import { zoneOffset } from './zone'

/**
 * The condition language on the record in hand, as the server writes it for the page (condition.Page): shapes beside the leaves, values as the
 * API shows them. The same file of vectors holds it together with the server's (ui/test/holds.test.ts).
 */
export type PageShape = 'text' | 'number' | 'bool' | 'date' | 'instant' | 'set' | 'opaque'
export type PageValue = string | number | boolean | null | { day: string } | { ref: string; shape: PageShape }
export interface PagePeriod { last?: number; next?: number; unit?: string; this?: string; previous?: string; from?: string; to?: string }
export type PageCondition =
  | { unknown: true }
  | { all: PageCondition[] } | { any: PageCondition[] } | { none: PageCondition[] }
  | { field: string; op: string; shape: PageShape; values?: PageValue[]; period?: PagePeriod }

export interface Circumstances { now: Date; zone: string }

/** Whether it holds; undefined where the page cannot tell and the server decides. */
export type Holds = boolean | undefined

export function holds(c: PageCondition, record: Record<string, unknown>, about: Circumstances): Holds {
  if ('unknown' in c) return undefined
  if ('all' in c) return every(c.all.map((k) => holds(k, record, about)))
  if ('any' in c) return not(every(c.any.map((k) => not(holds(k, record, about)))))
  if ('none' in c) return every(c.none.map((k) => not(holds(k, record, about))))
  return leaf(c, record, about)
}

const not = (h: Holds): Holds => (h === undefined ? undefined : !h)

function every(list: Holds[]): Holds {
  if (list.includes(false)) return false
  return list.includes(undefined) ? undefined : true
}

const blank = (v: unknown): boolean => v === null || v === undefined || v === '' || (Array.isArray(v) && v.length === 0)

const contrary = new Set(['ne', 'not_in', 'empty'])

function leaf(c: Extract<PageCondition, { field: string }>, record: Record<string, unknown>, about: Circumstances): Holds {
  const raw = record[c.field]
  const negative = contrary.has(c.op)
  if (blank(raw)) return negative
  if (c.op === 'empty' || c.op === 'not_empty') return !negative
  const decided = core(c, raw, record, about)
  return negative ? not(decided) : decided
}

/** The test without its contrary; the value is not empty. */
function core(c: Extract<PageCondition, { field: string }>, raw: unknown, record: Record<string, unknown>, about: Circumstances): Holds {
  if (c.shape === 'set') return setHolds(c.op, list(raw), (c.values ?? []).flatMap((v) => texts(v, record)))
  if (c.period) {
    const at = point(raw, c.shape, about)
    const [from, to] = period(c.period, about)
    if (at === undefined || from === undefined) return undefined
    return c.shape === 'date' ? at >= dayStart(from, about) && at < dayStart(to, about, true) : at >= from && at < to
  }
  switch (c.shape) {
    case 'number': {
      const n = decimal(raw)
      if (n === undefined) return undefined
      return ordered(c.op, (c.values ?? []).flatMap((v) => {
        const given = resolve(v, record)
        if (v !== null && blank(given)) return []
        const m = v === null ? null : decimal(given)
        return [m === null ? null : m === undefined ? undefined : [m, m] as [Decimal, Decimal]]
      }), n, compareDecimal, c.values?.length ?? 0)
    }
    case 'bool': {
      const wanted = (c.values ?? []).map((v) => resolve(v, record)).filter((v) => !blank(v))
      return wanted.some((v) => v === raw)
    }
    case 'date':
    case 'instant': {
      const at = point(raw, c.shape, about)
      if (at === undefined) return undefined
      return ordered(c.op, (c.values ?? []).flatMap((v) => {
        if (v === null) return [null]
        const span = timeSpan(v, c.shape, record, about)
        return span === 'empty' ? [] : [span]
      }), at, (a, b) => a - b, c.values?.length ?? 0)
    }
    case 'text':
      return textHolds(c.op, String(raw), c.values ?? [], record)
    default:
      return undefined
  }
}

/** An operator over spans, each from a least to a greatest value (a civil day among instants); null is an open end. */
function ordered<T>(op: string, spans: ([T, T] | null | undefined)[], v: T, compare: (a: T, b: T) => number, asked: number): Holds {
  if (spans.includes(undefined)) return undefined
  const given = spans as ([T, T] | null)[]
  if (op === 'in' || op === 'not_in') return given.some((s) => s !== null && compare(v, s[0]) >= 0 && compare(v, s[1]) <= 0)
  if (given.length < asked) return false // compared with something empty
  const [a, b] = given
  switch (op) {
    case 'eq': case 'ne': return Boolean(a) && compare(v, a![0]) >= 0 && compare(v, a![1]) <= 0
    case 'lt': return Boolean(a) && compare(v, a![0]) < 0
    case 'lte': return Boolean(a) && compare(v, a![1]) <= 0
    case 'gt': return Boolean(a) && compare(v, a![1]) > 0
    case 'gte': return Boolean(a) && compare(v, a![0]) >= 0
    case 'between': return (!a || compare(v, a[0]) >= 0) && (!b || compare(v, b[1]) <= 0)
    default: return undefined
  }
}

function textHolds(op: string, v: string, values: PageValue[], record: Record<string, unknown>): Holds {
  const given = values.map((x) => (x === null ? [null] : texts(x, record)))
  const flat = given.flat()
  if (op === 'in' || op === 'not_in') return flat.some((x) => x === v)
  if (flat.length < values.length) return false
  const [a, b] = flat
  const order = (x: string | null | undefined): number => compareBytes(v, x ?? '')
  switch (op) {
    case 'eq': case 'ne': return a === v
    case 'lt': return order(a) < 0
    case 'lte': return order(a) <= 0
    case 'gt': return order(a) > 0
    case 'gte': return order(a) >= 0
    case 'between': return (a === null || order(a) >= 0) && (b === null || order(b) <= 0)
    case 'contains': return v.includes(a ?? '')
    case 'starts_with': return v.startsWith(a ?? '')
    default: return undefined
  }
}

function setHolds(op: string, have: string[], wanted: string[]): Holds {
  const members = new Set(have)
  const all = wanted.length > 0 && wanted.every((w) => members.has(w))
  switch (op) {
    case 'contains': return all
    case 'eq': case 'ne': return all && new Set(wanted).size === members.size
    case 'in': case 'not_in': return wanted.some((w) => members.has(w))
    default: return undefined
  }
}

const list = (v: unknown): string[] => (Array.isArray(v) ? v.map(String) : [String(v)])

const isRef = (v: PageValue): v is { ref: string; shape: PageShape } => typeof v === 'object' && v !== null && 'ref' in v

const resolve = (v: PageValue, record: Record<string, unknown>): unknown => (isRef(v) ? record[v.ref] : v)

function texts(v: PageValue, record: Record<string, unknown>): string[] {
  const given = resolve(v, record)
  return blank(given) ? [] : list(given)
}

/** UTF-8 sorts as code points do, JavaScript's own order does not. */
function compareBytes(a: string, b: string): number {
  const x = Array.from(a), y = Array.from(b)
  for (let i = 0; i < Math.min(x.length, y.length); i++) {
    const d = (x[i]!.codePointAt(0) ?? 0) - (y[i]!.codePointAt(0) ?? 0)
    if (d !== 0) return d
  }
  return x.length - y.length
}

interface Decimal { units: bigint; scale: number }

/** An exact decimal; undefined for what is written in words, as 20万 is while it is typed. */
function decimal(v: unknown): Decimal | undefined {
  const m = /^(-?)(\d+)(?:\.(\d+))?$/.exec(String(v).trim())
  if (!m) return undefined
  const fraction = m[3] ?? ''
  return { units: BigInt((m[1] ?? '') + (m[2] ?? '') + fraction), scale: fraction.length }
}

function compareDecimal(a: Decimal, b: Decimal): number {
  const x = a.units * 10n ** BigInt(b.scale), y = b.units * 10n ** BigInt(a.scale)
  return x < y ? -1 : x > y ? 1 : 0
}

const dayMillis = 24 * 60 * 60 * 1000

/** A date is the number of its day, an instant its milliseconds. */
function point(v: unknown, shape: PageShape, about: Circumstances): number | undefined {
  if (shape === 'date') return dayNumber(String(v))
  const ms = v instanceof Date ? v.getTime() : Date.parse(String(v))
  void about
  return Number.isNaN(ms) ? undefined : ms
}

function dayNumber(day: string): number | undefined {
  const m = /^(\d{4})-(\d{2})-(\d{2})/.exec(day)
  return m ? Date.UTC(Number(m[1]), Number(m[2]) - 1, Number(m[3])) / dayMillis : undefined
}

/** The first instant of a civil day in the workspace's zone; months and days may overflow. */
function civil(y: number, month: number, d: number, about: Circumstances): number {
  const wall = Date.UTC(y, month, d)
  const first = wall - zoneOffset(wall, about.zone)
  return wall - zoneOffset(first, about.zone)
}

const startOf = (day: number, about: Circumstances): number => {
  const at = new Date(day * dayMillis)
  return civil(at.getUTCFullYear(), at.getUTCMonth(), at.getUTCDate(), about)
}

const dayOf = (ms: number, about: Circumstances): number => Math.floor((ms + zoneOffset(ms, about.zone)) / dayMillis)

const dayStart = (ms: number | undefined, about: Circumstances, end = false): number => (ms === undefined || !Number.isFinite(ms) ? (end ? Infinity : -Infinity) : dayOf(ms, about))

/** What a literal, a day or a reference spans in the terms of the leaf; "empty" for an empty reference. */
function timeSpan(v: PageValue, shape: PageShape, record: Record<string, unknown>, about: Circumstances): [number, number] | undefined | 'empty' {
  let given: unknown = v
  let is: PageShape = shape
  if (typeof v === 'object' && v !== null && 'day' in v) {
    given = v.day
    is = 'date'
  } else if (isRef(v)) {
    given = v.ref === 'now' ? about.now : record[v.ref]
    is = v.shape
    if (blank(given)) return 'empty'
  }
  const at = point(given, is, about)
  if (at === undefined) return undefined
  if (is === shape) return [at, at]
  if (shape === 'date') return [dayOf(at, about), dayOf(at, about)]
  return [startOf(at, about), startOf(at + 1, about) - 1]
}

/** A period's first instant and the first one after it. */
function period(p: PagePeriod, about: Circumstances): [number, number] | [undefined, undefined] {
  const now = about.now.getTime()
  if (p.from || p.to) {
    const from = p.from ? dayNumber(p.from) : undefined, to = p.to ? dayNumber(p.to) : undefined
    return [from === undefined ? -Infinity : startOf(from, about), to === undefined ? Infinity : startOf(to + 1, about)]
  }
  const unit = p.unit ?? p.this ?? p.previous ?? ''
  if (p.unit === 'hour' || p.unit === 'minute') {
    const span = (p.unit === 'hour' ? 60 : 1) * 60_000
    return p.last ? [now - p.last * span, now + 1] : [now, now + (p.next ?? 0) * span + 1]
  }
  if (p.last) return [unitStart(unit, 1 - p.last, about), unitStart(unit, 1, about)]
  if (p.next) return [unitStart(unit, 0, about), unitStart(unit, p.next, about)]
  return p.previous ? [unitStart(unit, -1, about), unitStart(unit, 0, about)] : [unitStart(unit, 0, about), unitStart(unit, 1, about)]
}

/** The start of the unit n after the one that holds now. */
function unitStart(unit: string, n: number, about: Circumstances): number {
  const now = about.now.getTime()
  const wall = new Date(now + zoneOffset(now, about.zone))
  const y = wall.getUTCFullYear(), m = wall.getUTCMonth(), d = wall.getUTCDate()
  switch (unit) {
    case 'minute': return Math.floor(now / 60_000) * 60_000 + n * 60_000
    case 'hour': {
      const hour = Date.UTC(y, m, d, wall.getUTCHours() + n)
      return hour - zoneOffset(hour - zoneOffset(hour, about.zone), about.zone)
    }
    case 'week': return civil(y, m, d - ((wall.getUTCDay() + 6) % 7) + 7 * n, about)
    case 'month': return civil(y, m + n, 1, about)
    case 'quarter': return civil(y, Math.floor(m / 3) * 3 + 3 * n, 1, about)
    case 'year': return civil(y + n, 0, 1, about)
    default: return civil(y, m, d + n, about)
  }
}
