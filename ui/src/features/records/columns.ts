import type { Field, Meta, ObjectMeta } from '../../api/types'
import type { ViewColumn } from '../../api/views'
import { titled } from '../../i18n/titled'

/** A column of a list: the record's title, one of the page's own, a field, or a field of the record a relation leads to. */
export type Column = (
  | { kind: 'title' }
  | { kind: 'tags' }
  | { kind: 'countdown' }
  | { kind: 'age' }
  | { kind: 'field'; field: Field }
) & { width?: number }

const leadOrder = ['title', 'name', 'tags', 'budget', 'region', 'owner', 'stage', 'countdown', 'age']
const hidden = new Set(['id', 'version', 'deleted_at', 'created_by', 'updated_by', 'tags', 'org_unit', 'raw', 'external_id', 'converted', 'note', 'due_at'])
const most = 6
export const narrowest = 60
export const widest = 800

const own = ['title', 'tags', 'countdown', 'age'] as const
type Own = (typeof own)[number]
const isOwn = (name: string): name is Own => (own as readonly string[]).includes(name)

/** The name by which a view knows a column. */
export const nameOf = (c: Column): string => (c.kind === 'field' ? c.field.name : c.kind)

/** The columns of an object's list where none were chosen: worked order for leads, the first telling fields for others. */
export function columnsOf(object: ObjectMeta): Column[] {
  const hasTags = object.fields.some((f) => f.tag_dimension)
  const order = object.name === 'lead' ? leadOrder : ['title', ...genericFields(object), ...(hasTags ? ['tags'] : []), 'owner', 'age']
  return chosen(order.map((field) => ({ field })), object, undefined)
}

/** A field by name or by path through one relation (customer.industry); what is behind a relation is only shown. */
export function fieldAt(object: ObjectMeta, meta: Meta | undefined, name: string): Field | undefined {
  const field = object.fields.find((f) => f.name === name)
  const [head, rest] = name.split('.', 2)
  if (field || !rest) return field
  const via = object.fields.find((f) => f.name === head && f.target)
  const far = meta?.objects.find((o) => o.name === via?.target)?.fields.find((f) => f.name === rest)
  if (!via || !far) return undefined
  return { ...far, name, readonly: true, title: { 'zh-CN': `${via.title['zh-CN']}·${far.title['zh-CN']}`, en: `${titled(via.title, head)} · ${titled(far.title, rest)}` } }
}

/** The columns that a view names; what is not there, or no longer, is left out. The title always stands first. */
export function chosen(names: ViewColumn[], object: ObjectMeta, meta: Meta | undefined): Column[] {
  const out: Column[] = []
  for (const { field: name, width } of names) {
    if (name === 'countdown' && !object.fields.some((f) => f.name === 'due_at')) continue
    const field = fieldAt(object, meta, name)
    if (isOwn(name)) out.push({ kind: name, width })
    else if (field) out.push({ kind: 'field', field, width })
  }
  return [...out.filter((c) => c.kind === 'title'), ...out.filter((c) => c.kind !== 'title')]
}

/** Every column that there may be, own fields first, then those one relation away. */
export function choosable(object: ObjectMeta, meta: Meta): Column[] {
  const shown = (f: Field): boolean => f.type !== 'json' && !['id', 'version', 'deleted_at'].includes(f.name)
  const plain = object.fields.filter((f) => shown(f) && f.name !== object.title_field && !isOwn(f.name)).map((field): Column => ({ kind: 'field', field }))
  const far = object.fields.filter((f) => f.target && !['created_by', 'updated_by'].includes(f.name)).flatMap((via) =>
    (meta.objects.find((o) => o.name === via.target)?.fields ?? []).filter((f) => shown(f) && !f.system).flatMap((f): Column[] => {
      const field = fieldAt(object, meta, `${via.name}.${f.name}`)
      return field ? [{ kind: 'field', field }] : []
    }))
  const extra: Column[] = [{ kind: 'title' }]
  if (object.fields.some((f) => f.tag_dimension)) extra.push({ kind: 'tags' })
  if (object.fields.some((f) => f.name === 'due_at')) extra.push({ kind: 'countdown' })
  return [...extra, { kind: 'age' }, ...plain, ...far]
}

/** Columns as the address has them: names, with a width where one was set. */
export const writeColumns = (columns: ViewColumn[]): string => columns.map((c) => (c.width ? `${c.field}:${c.width}` : c.field)).join(',')

export const readColumns = (text: string): ViewColumn[] => text.split(',').filter(Boolean).map((part) => {
  const [field = '', width] = part.split(':')
  const pixels = Number(width)
  return Number.isFinite(pixels) && pixels >= narrowest && pixels <= widest ? { field, width: pixels } : { field }
})

/** The fields that stand for the columns in a file. */
export const exported = (columns: Column[], object: ObjectMeta): string[] => [...new Set(columns.flatMap((c) => {
  switch (c.kind) {
    case 'title': return object.name === 'lead' ? ['company'] : [object.title_field]
    case 'tags': return object.fields.filter((f) => f.tag_dimension).map((f) => f.name)
    case 'countdown': return ['due_at']
    case 'age': return ['created_at']
    case 'field': return [c.field.name]
  }
}))].filter((name) => name.includes('.') || object.fields.some((f) => f.name === name))

function genericFields(object: ObjectMeta): string[] {
  return object.fields
    .filter((f) => !f.system && !hidden.has(f.name) && !f.tag_dimension && f.name !== object.title_field && f.name !== 'owner' && !['json', 'long_text', 'rich_text'].includes(f.type) && f.target !== 'lead')
    .slice(0, most)
    .map((f) => f.name)
}
