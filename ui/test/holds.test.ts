import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { holds, type PageCondition } from '../src/parts/holds'

interface Vectors {
  zone: string
  now: string
  page_rows: Record<string, unknown>[]
  vectors: { name: string; match: string[]; page: PageCondition }[]
}

const file = JSON.parse(readFileSync('../internal/platform/condition/testdata/vectors.json', 'utf8')) as Vectors
const about = { now: new Date(file.now), zone: file.zone }
const me = (record: Record<string, unknown>, c: PageCondition): boolean | undefined => holds(c, record, about)

describe('the page and the server decide alike', () => {
  it('has the vectors', () => expect(file.vectors.length).toBeGreaterThan(100))
  for (const v of file.vectors) {
    it(v.name, () => {
      const decided = file.page_rows.map((r) => [String(r.id), holds(v.page, r, about)] as const)
      expect(decided.filter(([, h]) => h === true).map(([id]) => id)).toEqual(decided.filter(([id, h]) => h !== undefined && v.match.includes(id)).map(([id]) => id))
    })
  }
  it('leaves few of them to the server', () => {
    const left = file.vectors.filter((v) => file.page_rows.some((r) => holds(v.page, r, about) === undefined))
    expect(left.length).toBeLessThan(file.vectors.length / 2)
    expect(left.filter((v) => !JSON.stringify(v.page).includes('unknown')).map((v) => v.name)).toEqual([])
  })
})

describe('what vectors cannot say', () => {
  it('compares two fields of one record', () => {
    const before: PageCondition = { field: 'until', op: 'lt', shape: 'date', values: [{ ref: 'from', shape: 'date' }] }
    expect(me({ from: '2026-02-01', until: '2026-01-31' }, before)).toBe(true)
    expect(me({ from: '2026-02-01', until: '2026-02-01' }, before)).toBe(false)
    expect(me({ until: '2026-02-01' }, before)).toBe(false)
    expect(me({ day: '2026-11-24', at: '2026-11-23T16:00:00Z' }, { field: 'at', op: 'eq', shape: 'instant', values: [{ ref: 'day', shape: 'date' }] })).toBe(true)
  })
  it('does not guess at a number while it is typed in words', () => {
    const dear: PageCondition = { field: 'budget', op: 'gt', shape: 'number', values: [50000] }
    expect([me({ budget: '20万' }, dear), me({ budget: '60000' }, dear), me({ budget: '' }, dear)]).toEqual([undefined, true, false])
  })
  it('knows days that have 23 hours', () => {
    const c: PageCondition = { field: 'at', op: 'eq', shape: 'instant', values: [{ day: '2026-03-29' }] }
    const berlin = { now: new Date('2026-03-29T01:00:00Z'), zone: 'Europe/Berlin' }
    expect(['2026-03-28T22:59:59Z', '2026-03-28T23:00:00Z', '2026-03-29T21:59:59Z', '2026-03-29T22:00:00Z'].map((at) => holds(c, { at }, berlin))).toEqual([false, true, true, false])
  })
  it('answers no before an unknown in all, yes before one in any', () => {
    const no: PageCondition = { field: 'x', op: 'not_empty', shape: 'text', values: [] }
    expect(me({}, { all: [{ unknown: true }, no] })).toBe(false)
    expect(me({ x: 'a' }, { any: [{ unknown: true }, no] })).toBe(true)
    expect(me({ x: 'a' }, { all: [{ unknown: true }, no] })).toBe(undefined)
    expect(me({}, { none: [{ unknown: true }] })).toBe(undefined)
  })
})
