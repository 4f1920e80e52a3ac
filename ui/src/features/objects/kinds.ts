import type { Definition, Field, FieldTypeName } from '../../api/types'
import { hasKind } from '../../fields'
import type { FieldSpec, ObjectSpec } from './spec'

/** The palette: what a field can be, by what one wants to note down. */
const offered: { key: string; types: string[] }[] = [
  { key: 'words', types: ['text', 'long_text', 'rich_text', 'phone', 'email', 'url'] },
  { key: 'numbers', types: ['integer', 'decimal', 'money', 'percent', 'duration', 'boolean'] },
  { key: 'times', types: ['date', 'datetime'] },
  { key: 'picks', types: ['choice', 'multi_choice', 'region', 'person', 'org_unit', 'relation'] },
  { key: 'files', types: ['file', 'files', 'image', 'images'] },
  { key: 'computed', types: ['formula', 'rollup', 'auto_number'] },
]
const computed = ['formula', 'rollup']

export const palette = offered.map((s) => ({ ...s, types: s.types.filter((type) => computed.includes(type) || hasKind(type)) })).filter((s) => s.types.length > 0)

export const isComputed = (f: Pick<FieldSpec, 'type' | 'pattern'>): boolean => computed.includes(f.type) || f.type === 'auto_number'

/** What a type of field may become; the server says the same. */
const fixed = [...computed, 'auto_number', 'relation', 'json', 'person', 'org_unit', 'file', 'files', 'image', 'images']
export const becomes = (f: FieldSpec): string[] => (fixed.filter((type) => type !== 'person' && type !== 'org_unit').includes(f.type) || f.tag_dimension ? [] : palette.flatMap((s) => s.types).filter((type) => type !== f.type && !fixed.includes(type)))

/** A new field of a type as it starts. */
export function fresh(type: string, name: string, title: string): FieldSpec {
  const f: FieldSpec = { name, title: { 'zh-CN': title }, type }
  if (type === 'decimal') return { ...f, scale: 2 }
  if (type === 'choice' || type === 'multi_choice') return { ...f, options: [] }
  if (type === 'formula') return { ...f, result: 'decimal', scale: 2, formula: '' }
  if (type === 'rollup') return { ...f, rollup: { from: '', relation: '', fn: 'count' } }
  if (type === 'auto_number') return { ...f, pattern: 'NO-{YYYY}{MM}-{0000}' }
  return f
}

/** The field as conditions and values see it: what is computed has its result's type. */
export function asField(f: FieldSpec, objects: Definition[]): Field {
  const { help, rollup, default: _, required_when: __, visible_when: ___, ...rest } = f
  const base = { ...rest, ...(help ? { help } : {}), options: f.options?.map((o) => ({ value: o.value, color: o.color, title: { 'zh-CN': o.title || o.value, ...(o.en ? { en: o.en } : {}) } })) }
  if (f.type === 'formula') return { ...base, type: (f.result ?? 'decimal') as FieldTypeName }
  if (f.type !== 'rollup') return { ...base, type: f.type as FieldTypeName }
  const source = rollup && rollup.fn !== 'count' ? specOf(objects, rollup.from)?.fields.find((o) => o.name === rollup.of) : undefined
  return source && source.type !== 'rollup' ? { ...asField(source, []), name: f.name, title: f.title } : { ...base, type: 'integer' }
}

export const specOf = (objects: Definition[], name: string): ObjectSpec | undefined => objects.find((d) => d.name === name)?.spec as ObjectSpec | undefined
