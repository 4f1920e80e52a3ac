import { describe, expect, it } from 'vitest'
import type { ObjectMeta } from '../src/api/types'
import { titleOf, viewsOf } from '../src/features/records/views'

const object = (name: string, fields: string[]): ObjectMeta => ({
  name, title: { 'zh-CN': name }, title_field: fields[0] ?? 'name', rights: { create: true, update: true, delete: true, export: true },
  fields: fields.map((f) => ({ name: f, title: { 'zh-CN': f }, type: 'text' })),
})

describe('the looks of a list', () => {
  it('a lead is worked from mine, pool, due soon and all; overdue and today stand aside', () => {
    const views = viewsOf(object('lead', ['company', 'owner', 'stage', 'due_at']), 'lin')
    expect(views.filter((v) => !v.aside).map((v) => v.key)).toEqual(['mine', 'pool', 'soon', 'all'])
    expect(views.filter((v) => v.aside).map((v) => v.key)).toEqual(['overdue', 'today'])
    expect(views[0]?.filter).toEqual({ all: [{ field: 'owner', op: 'eq', value: 'lin' }, { field: 'stage', op: 'eq', value: 'new' }] })
    expect(views[0]?.sort).toBe('due_at:last')
  })
  it('without a due instant nothing can be due soon', () => {
    expect(viewsOf(object('lead', ['company', 'owner']), 'lin').map((v) => v.key)).toEqual(['mine', 'pool', 'all'])
  })
  it('other objects have mine and all, those without owner only all', () => {
    expect(viewsOf(object('customer', ['name', 'owner']), 'lin').map((v) => v.key)).toEqual(['own', 'all'])
    expect(viewsOf(object('product', ['name']), 'lin').map((v) => v.key)).toEqual(['all'])
  })
})

describe('the title of a record', () => {
  it('of a lead is its company, else the person, else how to reach them', () => {
    const lead = object('lead', ['company'])
    expect(titleOf({ company: '甲', name: '乙' }, lead)).toBe('甲')
    expect(titleOf({ company: null, name: '乙' }, lead)).toBe('乙')
    expect(titleOf({ phone: '139' }, lead)).toBe('139')
    expect(titleOf({}, lead)).toBeNull()
  })
})
