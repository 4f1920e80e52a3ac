import type { Field, ObjectMeta } from '../../api/types'

export type Column =
  | { kind: 'title' }
  | { kind: 'tags' }
  | { kind: 'countdown' }
  | { kind: 'age' }
  | { kind: 'field'; field: Field }

const leadOrder = ['title', 'name', 'tags', 'budget', 'region', 'owner', 'stage', 'countdown', 'age']
const hidden = new Set(['id', 'version', 'deleted_at', 'created_by', 'updated_by', 'tags', 'org_unit', 'raw', 'external_id', 'converted', 'note', 'due_at'])
const most = 6

/** The columns of an object's list: worked order for leads, the first telling fields for others. */
export function columnsOf(object: ObjectMeta): Column[] {
  const byName = new Map(object.fields.map((f) => [f.name, f]))
  const hasTags = object.fields.some((f) => f.tag_dimension)
  const order = object.name === 'lead' ? leadOrder : ['title', ...genericFields(object), ...(hasTags ? ['tags'] : []), 'owner', 'age']
  const columns: Column[] = []
  for (const name of order) {
    if (name === 'countdown' && !byName.has('due_at')) continue
    if (name === 'title' || name === 'tags' || name === 'countdown' || name === 'age') columns.push({ kind: name })
    else {
      const field = byName.get(name)
      if (field) columns.push({ kind: 'field', field })
    }
  }
  return columns
}

function genericFields(object: ObjectMeta): string[] {
  return object.fields
    .filter((f) => !f.system && !hidden.has(f.name) && !f.tag_dimension && f.name !== object.title_field && f.name !== 'owner' && !['json', 'long_text'].includes(f.type) && f.target !== 'lead')
    .slice(0, most)
    .map((f) => f.name)
}
