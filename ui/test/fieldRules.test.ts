import { describe, expect, it } from 'vitest'
import type { Field } from '../src/api/types'
import { isRequired, isShown } from '../src/parts/fieldRules'
import { prefill } from '../src/parts/prefill'

const maker = { now: new Date('2026-01-30T17:30:00Z'), zone: 'Asia/Shanghai', id: 'ann', unit: 'east' }
const field = (more: Partial<Field>): Field => ({ name: 'f', title: { 'zh-CN': 'f' }, type: 'text', ...more })
const lost = { field: 'stage', op: 'eq', shape: 'text' as const, values: ['lost'] }

describe('rules of fields', () => {
  it('ask only for what is shown', () => {
    const reason = field({ required: true, visible_when: lost })
    expect([isShown(reason, { stage: 'new' }, maker), isRequired(reason, { stage: 'new' }, maker), isShown(reason, { stage: 'lost' }, maker), isRequired(reason, { stage: 'lost' }, maker)]).toEqual([false, false, true, true])
  })
  it('follow their condition, and show what they cannot tell', () => {
    const when = field({ required_when: lost })
    expect([isRequired(when, {}, maker), isRequired(when, { stage: 'lost' }, maker)]).toEqual([false, true])
    const far = field({ visible_when: { unknown: true }, required_when: { unknown: true } })
    expect([isShown(far, {}, maker), isRequired(far, {}, maker)]).toEqual([true, false])
  })
})

describe('defaults', () => {
  const start = (type: Field['type'], value: unknown): unknown => prefill(field({ type, default: value }), maker)
  it('are constants, the maker and the unit', () => {
    expect([start('text', 'a'), start('person', { ref: 'me' }), start('org_unit', { ref: 'owner.org_unit' }), start('text', undefined)]).toEqual(['a', 'ann', 'east', undefined])
  })
  it('count days in the zone and end in the month', () => {
    expect([start('date', { ref: 'today' }), start('date', { ref: 'today', add: 1, unit: 'month' }), start('date', { ref: 'today', add: -1, unit: 'week' }), start('date', { ref: 'today', add: 1, unit: 'year' })])
      .toEqual(['2026-01-31', '2026-02-28', '2026-01-24', '2027-01-31'])
    expect([start('datetime', { ref: 'now', add: 2, unit: 'hour' }), start('datetime', { ref: 'today' })]).toEqual(['2026-01-30T19:30:00.000Z', '2026-01-30T16:00:00.000Z'])
  })
})
