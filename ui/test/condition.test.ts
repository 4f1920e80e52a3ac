import { beforeAll, describe, expect, it } from 'vitest'
import { allOf, type Condition } from '../src/api/condition'
import type { Meta } from '../src/api/types'
import { moved } from '../src/features/config/specs'
import { measureTerm } from '../src/features/config/useTerms'
import { startLanguage } from '../src/i18n'
import { conditionWords } from '../src/parts/conditionWords'
import type { Terms } from '../src/parts/terms'

const meta: Meta = { revision: 1, objects: [], tag_dimensions: [], funnels: [], measures: [], pipelines: [], conversions: [], validations: [], units: [], people: [{ id: 'p1', name: '林晓', active: true }] }
const terms: Terms = {
  fields: [
    { name: 'industry', title: { 'zh-CN': '行业' }, type: 'choice', options: [{ value: '教育' }, { value: '医疗' }] },
    { name: 'budget', title: { 'zh-CN': '预算' }, type: 'money' },
    { name: 'created_at', title: { 'zh-CN': '进入时间' }, type: 'datetime' },
    { name: 'owner', title: { 'zh-CN': '负责人' }, type: 'person' },
  ],
  measures: [{ name: 'win_rate', title: '赢单率', type: 'percent', for: {}, period: { last: 30, unit: 'day' } }],
  refs: { object: 'lead', title: '线索', fields: [{ name: 'region', title: { 'zh-CN': '地区' }, type: 'region' }] },
}
const say = (c: Condition | null): string => conditionWords(c, terms, meta)

beforeAll(startLanguage)

describe('a condition as a sentence', () => {
  it('reads leaves by their field type', () => {
    expect(say({ field: 'industry', op: 'in', value: ['教育', '医疗'] })).toBe('行业是教育或医疗')
    expect(say({ field: 'budget', op: 'between', value: [50_000, 200_000] })).toBe('预算在 5万 到 20万 之间')
    expect(say({ field: 'created_at', op: 'within', value: { last: 30, unit: 'day' } })).toBe('进入时间在近 30 天内')
    expect(say({ field: 'owner', op: 'eq', value: 'p1' })).toBe('负责人是林晓')
    expect(say({ field: 'budget', op: 'empty' })).toBe('预算为空')
    expect(say({ measure: 'win_rate', period: { last: 30, unit: 'day' }, op: 'gt', value: 0.65 })).toBe('赢单率（近 30 天）大于 65.0%')
    expect(say({ field: 'industry', op: 'eq', value: { ref: 'lead.region' } })).toBe('行业是线索的地区')
  })

  it('nests with brackets and says none', () => {
    const any: Condition = { any: [{ field: 'industry', op: 'eq', value: '教育' }, { field: 'budget', op: 'empty' }] }
    expect(say({ all: [{ field: 'budget', op: 'gt', value: 50_000 }, any] })).toBe('预算大于 5万，且（行业是教育，或预算为空）')
    expect(say({ none: [{ field: 'budget', op: 'empty' }] })).toBe('以下都不成立：预算为空')
  })

  it('treats nothing as no condition', () => {
    expect(say(null)).toBe('不限条件')
    expect(say({ all: [] })).toBe('不限条件')
  })
})

describe('building filters', () => {
  it('joins parts and never makes an empty filter', () => {
    const a: Condition = { field: 'budget', op: 'empty' }
    const b: Condition = { field: 'owner', op: 'empty' }
    expect(allOf(undefined, null)).toBeUndefined()
    expect(allOf(a)).toEqual(a)
    expect(allOf({ all: [a] }, b)).toEqual({ all: [a, b] })
  })

  it('moves a branch without losing one', () => {
    expect(moved(['a', 'b', 'c'], 0, 1)).toEqual(['b', 'a', 'c'])
    expect(moved(['a', 'b', 'c'], 0, -1)).toEqual(['a', 'b', 'c'])
    expect(moved(['a', 'b', 'c'], 2, -1)).toEqual(['a', 'c', 'b'])
  })
})

describe('a measure as a term', () => {
  it('binds the candidate, and the industry only where it is kept by it', () => {
    const rate = measureTerm({ name: 'win_rate', title: { 'zh-CN': '成交率' }, type: 'ratio', time: 'decided_at', dims: ['owner', 'industry'], kept: { dims: ['owner', 'industry'] } }, 'lead')
    expect(rate).toMatchObject({ type: 'percent', for: { owner: { ref: 'candidate.id' }, industry: { ref: 'lead.industry' } }, period: { last: 30, unit: 'day' } })
    const todos = measureTerm({ name: 'open_todos', title: { 'zh-CN': '待办' }, type: 'count', dims: ['owner'] }, 'lead')
    expect(todos).toMatchObject({ type: 'integer', for: { owner: { ref: 'candidate.id' } } })
    expect(todos.period).toBeUndefined()
    expect(todos.for).not.toHaveProperty('industry')
  })
})
