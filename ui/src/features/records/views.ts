import type { Condition } from '../../api/condition'
import type { ObjectMeta } from '../../api/types'

export interface View { key: string; filter?: Condition; sort?: string }

/** Saved looks at an object. Leads are worked from four; other objects from mine and all. */
export function viewsOf(object: ObjectMeta, me: string): View[] {
  const has = (name: string): boolean => object.fields.some((f) => f.name === name)
  const views: View[] = []
  if (object.name === 'lead') {
    const untouched: Condition[] = has('stage') ? [{ field: 'stage', op: 'eq', value: 'new' }] : []
    const due = has('due_at') ? 'due_at' : undefined
    views.push({ key: 'mine', filter: { all: [{ field: 'owner', op: 'eq', value: me }, ...untouched] }, sort: due })
    views.push({ key: 'pool', filter: { field: 'owner', op: 'empty' } })
    if (due) views.push({ key: 'soon', filter: { field: due, op: 'not_empty' }, sort: due })
    else {
      // Countdowns start with the assignment, so among leads not yet contacted the earliest assigned are due first.
      const recent: Condition[] = has('assigned_at') ? [{ field: 'assigned_at', op: 'within', value: { last: 30, unit: 'day' } }] : []
      views.push({ key: 'soon', filter: { all: [{ field: 'owner', op: 'not_empty' }, ...untouched, ...recent] }, sort: has('assigned_at') ? 'assigned_at' : 'created_at' })
    }
  } else if (has('owner')) views.push({ key: 'own', filter: { field: 'owner', op: 'eq', value: me } })
  views.push({ key: 'all' })
  return views
}

export const titleOf = (record: Record<string, unknown>, object: ObjectMeta | undefined): string | null => {
  const order = object?.name === 'lead' ? ['company', object.title_field, 'name', 'phone', 'email'] : [object?.title_field ?? 'name', 'name', 'company', 'phone']
  for (const name of order) {
    const value = record[name]
    if (value !== null && value !== undefined && value !== '') return String(value)
  }
  return null
}
