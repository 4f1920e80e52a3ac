import { describe, expect, it } from 'vitest'
import type { Field, Meta, ObjectMeta } from '../src/api/types'
import { chosen, exported, fieldAt, nameOf, readColumns, writeColumns } from '../src/features/records/columns'
import { clicked, readSort, writeSort } from '../src/features/records/sorting'
import { asMine, partsOf, tabsOf } from '../src/features/records/views'

const field = (name: string, more: Partial<Field> = {}): Field => ({ name, title: { 'zh-CN': name }, type: 'text', ...more })
const object = (name: string, fields: Field[]): ObjectMeta => ({ name, title: { 'zh-CN': name }, title_field: fields[0]?.name ?? 'name', rights: { create: true, update: true, delete: true, export: true }, fields })
const customer = object('customer', [field('name'), field('industry')])
const deal = object('deal', [field('name'), field('customer', { type: 'relation', target: 'customer' }), field('amount', { type: 'money' }), field('created_at', { type: 'datetime', system: true }), field('owner', { type: 'person' })])
const meta = { objects: [customer, deal] } as unknown as Meta

describe('the columns of a list', () => {
  it('are written into the address and read back, with their widths', () => {
    const columns = [{ field: 'title', width: 240 }, { field: 'customer.industry' }]
    expect(writeColumns(columns)).toBe('title:240,customer.industry')
    expect(readColumns(writeColumns(columns))).toEqual(columns)
    expect(readColumns('title:5,amount:x,,name:9999')).toEqual([{ field: 'title' }, { field: 'amount' }, { field: 'name' }])
  })
  it('have the title first, leave out what is not there, and reach through one relation to show only', () => {
    const columns = chosen([{ field: 'amount' }, { field: 'gone' }, { field: 'customer.industry' }, { field: 'customer.gone' }, { field: 'title' }], deal, meta)
    expect(columns.map(nameOf)).toEqual(['title', 'amount', 'customer.industry'])
    expect(fieldAt(deal, meta, 'customer.industry')).toMatchObject({ readonly: true, title: { 'zh-CN': 'customer·industry' } })
    expect(fieldAt(deal, meta, 'amount.industry')).toBeUndefined()
  })
  it('stand for fields in a file', () => {
    expect(exported(chosen([{ field: 'title' }, { field: 'age' }, { field: 'countdown' }, { field: 'customer.industry' }], deal, meta), deal)).toEqual(['name', 'created_at', 'customer.industry'])
  })
})

describe('the order of a list', () => {
  it('is read and written alike', () => {
    for (const text of ['-amount', 'name,-amount', 'due_at:last,-name']) expect(writeSort(readSort(text))).toBe(text)
  })
  it('is one key by a click, one more by a click with Shift, and turned by a second click', () => {
    const amount = { kind: 'field' as const, field: field('amount') }
    const name = { kind: 'field' as const, field: field('name') }
    expect(clicked('-created_at', amount, false)).toBe('-amount')
    expect(clicked('-amount', amount, false)).toBe('amount')
    expect(clicked('-amount', name, true)).toBe('-amount,-name')
    expect(clicked('-amount,-name', amount, true)).toBe('amount,-name')
    expect(clicked('-amount', { kind: 'countdown' }, false)).toBe('due_at:last')
  })
})

describe('the tabs of a list', () => {
  const saved = (id: string, shared: boolean) => ({ id, title: { 'zh-CN': id }, shared, spec: { object: 'deal', sort: ['-amount', 'name'] } })
  it('are those every object has, the company’s and one’s own, in one’s own order', () => {
    const book = { shared: [saved('big', true)], own: [saved('mine1', false)], tabs: { order: ['mine1', 'all'], default: '' }, may_share: false }
    const tabs = tabsOf(deal, 'lin', book)
    expect(tabs.map((v) => v.key)).toEqual(['mine1', 'all', 'own', 'big'])
    expect(tabs[0]?.sort).toBe('-amount,name')
    expect(tabsOf(deal, 'lin', undefined).map((v) => v.key)).toEqual(['own', 'all'])
  })
  it('are kept for whoever asks, not for one person', () => {
    expect(asMine({ all: [{ field: 'owner', op: 'eq', value: 'lin' }, { none: [{ field: 'owner', op: 'eq', value: 'lin' }] }, { field: 'name', op: 'empty' }] }, 'lin'))
      .toEqual({ all: [{ field: 'owner', op: 'eq', value: { ref: 'me.id' } }, { none: [{ field: 'owner', op: 'eq', value: { ref: 'me.id' } }] }, { field: 'name', op: 'empty' }] })
  })
  it('have their conditions one by one', () => {
    expect(partsOf(undefined)).toEqual([])
    expect(partsOf({ field: 'a', op: 'empty' })).toHaveLength(1)
    expect(partsOf({ all: [{ field: 'a', op: 'empty' }, { field: 'b', op: 'empty' }] })).toHaveLength(2)
  })
})
