import { QueryClient, QueryClientProvider } from '@tanstack/react-query'
import { cleanup, render, screen, waitFor } from '@testing-library/react'
import { MemoryRouter } from 'react-router'
import { afterEach, beforeAll, describe, expect, it, vi } from 'vitest'
import type { Field, FieldTypeName, Meta, Session } from '../src/api/types'
import { Within } from '../src/api/within'
import { FieldEdit, FieldShow, kinds } from '../src/fields'
import types from '../src/fields/types.json'
import { startLanguage } from '../src/i18n'
import en from '../src/i18n/en.json'
import zh from '../src/i18n/zh-CN.json'
import { ValueEditor } from '../src/parts/ValueEditor'

const digest = '0f'.repeat(32)
const values: Record<string, unknown> = {
  integer: 3, decimal: 1.5, money: 1200, percent: 65, boolean: true, date: '2026-11-28', datetime: '2026-11-28T02:00:00.000Z', duration: 3600000, choice: 'a', multi_choice: ['a'],
  phone: '+8613800138000', email: 'a@b.cn', url: 'https://a.cn', json: { a: 1 }, relation: 'r1', person: 'p1', org_unit: 'u1', rich_text: '<p>一<strong>二</strong></p>',
  file: [{ id: digest, name: '报价.pdf', size: 9, mime: 'application/pdf' }], image: [{ id: digest, name: '照片.png', size: 9, mime: 'image/png' }],
}
const field = (type: string, more: Partial<Field> = {}): Field => ({ name: 'f', title: { 'zh-CN': '字段' }, type: type as FieldTypeName, options: [{ value: 'a', title: '甲' }], target: 'thing', ...more })
const meta: Meta = { revision: 1, objects: [], tag_dimensions: [], funnels: [], measures: [], pipelines: [], conversions: [], validations: [], units: [{ id: 'u1', name: '华东' }], people: [{ id: 'p1', name: '陈立', active: true }] }

const session: Session = { csrf_token: '', user: { id: 'p1', name: '陈立', username: 'chenli', roles: [] }, rights: [], workspace: { name: '', zone: 'Asia/Shanghai', now: '2026-11-28T00:00:00Z', demo: false } }

beforeAll(async () => {
  window.matchMedia ??= vi.fn().mockReturnValue({ matches: false, addListener: vi.fn(), removeListener: vi.fn(), addEventListener: vi.fn(), removeEventListener: vi.fn() })
  globalThis.ResizeObserver ??= class { observe() {} unobserve() {} disconnect() {} }
  await startLanguage()
})
afterEach(cleanup)

const draw = (what: React.ReactNode) => {
  const client = new QueryClient({ defaultOptions: { queries: { retry: false, staleTime: Infinity } } })
  return render(<QueryClientProvider client={client}><Within value={{ meta, session }}><MemoryRouter>{what}</MemoryRouter></Within></QueryClientProvider>)
}

describe('every field type of the server', () => {
  it('has a kind here, and every kind is one of the server', () => {
    expect(Object.keys(kinds).sort()).toEqual([...types].sort())
  })
  it.each(types)('%s is shown, edited, asked about and named', async (type) => {
    expect((zh.fieldType as Record<string, string>)[type]).toBeTruthy()
    expect((en.fieldType as Record<string, string>)[type]).toBeTruthy()
    const kind = kinds[type as FieldTypeName]
    const value = values[type] ?? '甲'
    const shown = draw(<FieldShow field={field(type)} value={value} />)
    await waitFor(() => expect(shown.container.textContent || shown.container.querySelector('img')).toBeTruthy())
    cleanup()
    expect(draw(<FieldShow field={field(type)} value={null} />).container.textContent).toContain('—')
    cleanup()
    draw(<FieldEdit field={field(type)} value={value} label="字段" onChange={() => {}} />)
    cleanup()
    expect(kind.ops.length).toBeGreaterThan(0)
    for (const op of kind.ops) {
      const asked = draw(<ValueEditor field={field(type)} op={op} value={op === 'between' ? [null, null] : op === 'in' ? [] : null} onChange={() => {}} />)
      const silent = op === 'empty' || op === 'not_empty'
      expect(asked.container.textContent === '' && asked.container.children.length === 0, `${type} ${op}`).toBe(silent)
      cleanup()
    }
    expect(kind.words(value, field(type), meta)).toBeTruthy()
  })
})

describe('what nobody writes', () => {
  it.each(['money', 'text', 'date', 'boolean', 'percent', 'datetime', 'integer', 'decimal'])('a computed %s is shown by its result and not edited', (type) => {
    const { container } = draw(<FieldEdit field={field(type, { computed: true, kind: 'formula' })} value={values[type] ?? '甲'} label="字段" onChange={() => {}} />)
    expect(container.querySelector('input, textarea, button, [role=combobox]')).toBeNull()
    expect(container.textContent).not.toBe('')
  })
  it('a masked phone can be copied and not edited or dialled', () => {
    const { container } = draw(<FieldEdit field={field('phone', { masked: true })} value="138****8000" label="字段" onChange={() => {}} />)
    expect(container.querySelector('input, a')).toBeNull()
    expect(screen.getByText('138****8000')).toBeTruthy()
  })
  it('a condition asks for a value of a computed field all the same', () => {
    const { container } = draw(<ValueEditor field={field('text', { computed: true })} op="eq" value="" onChange={() => {}} />)
    expect(container.querySelector('input')).not.toBeNull()
  })
})
