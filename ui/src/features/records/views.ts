import { children, groupKind, type Condition } from '../../api/condition'
import type { SavedView, ViewBook } from '../../api/views'
import type { ObjectMeta } from '../../api/types'

/**
 * One look at an object's records: one that every object has, or a saved one. aside: shown among the tabs only while it is the one looked
 * at. What a saved view filters by can be changed in the list; the filter of one that every object has stands behind the list's conditions.
 */
export interface View { key: string; filter?: Condition; sort?: string; aside?: boolean; saved?: SavedView }

const bySaved = (saved: SavedView): View => ({ key: saved.id, sort: saved.spec.sort?.join(','), aside: saved.spec.aside, saved })

/** All tabs of an object in the person's order: those every object has, the company's, and one's own. */
export function tabsOf(object: ObjectMeta, me: string, book: ViewBook | undefined): View[] {
  const all = [...viewsOf(object, me), ...(book?.shared ?? []).map(bySaved), ...(book?.own ?? []).map(bySaved)]
  const order = book?.tabs.order ?? []
  const place = (v: View, i: number): number => (order.includes(v.key) ? order.indexOf(v.key) : order.length + i)
  return all.map((v, i) => ({ v, at: place(v, i) })).sort((a, b) => a.at - b.at).map(({ v }) => v)
}

/** A view's own conditions, each to be changed by itself. */
export const partsOf = (filter: Condition | undefined): Condition[] => (!filter ? [] : 'all' in filter ? filter.all : [filter])

/** The asker, wherever a condition says "I". */
export const meRef = { ref: 'me.id' }

/** A condition with the asker's id as "me", so that it is right for everybody. */
export function asMine(condition: Condition, me: string): Condition {
  const kind = groupKind(condition)
  if (kind) return { [kind]: children(condition).map((c) => asMine(c, me)) } as unknown as Condition
  return 'value' in condition && condition.value === me ? { ...condition, value: meRef } : condition
}

const owned: Condition = { field: 'owner', op: 'not_empty' }
const overdue: Condition = { field: 'due_at', op: 'within', value: { last: 8760, unit: 'hour' } }
const today: Condition = { field: 'due_at', op: 'within', value: { this: 'day' } }

/** Leads whose countdown has run out, those whose countdown ends later today, and both. */
export const dueFilters = {
  overdue: { all: [owned, overdue] },
  today: { all: [owned, today, { none: [overdue] }] },
  both: { all: [owned, { any: [overdue, today] }] },
} satisfies Record<string, Condition>

/** Saved looks at an object. Leads are worked from four; other objects from mine and all. */
export function viewsOf(object: ObjectMeta, me: string): View[] {
  const has = (name: string): boolean => object.fields.some((f) => f.name === name)
  const views: View[] = []
  if (object.name === 'lead') {
    const untouched: Condition[] = has('stage') ? [{ field: 'stage', op: 'eq', value: 'new' }] : []
    views.push({ key: 'mine', filter: { all: [{ field: 'owner', op: 'eq', value: me }, ...untouched] }, sort: has('due_at') ? 'due_at:last' : undefined })
    views.push({ key: 'pool', filter: { field: 'owner', op: 'empty' } })
    if (has('due_at')) {
      views.push({ key: 'soon', filter: { all: [owned, { field: 'due_at', op: 'not_empty' }] }, sort: 'due_at' })
      views.push({ key: 'overdue', filter: dueFilters.overdue, sort: 'due_at', aside: true })
      views.push({ key: 'today', filter: dueFilters.today, sort: 'due_at', aside: true })
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
