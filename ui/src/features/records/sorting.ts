import type { Column } from './columns'

/** One key of an order, as the address and the API have it. */
export interface SortKey { name: string; desc: boolean; last: boolean }

export const readSort = (text: string): SortKey[] => text.split(',').filter(Boolean).map((part) => {
  const desc = part.startsWith('-')
  const name = desc ? part.slice(1) : part
  return { name: name.replace(/:last$/, ''), desc, last: name.endsWith(':last') }
})

export const writeSort = (keys: SortKey[]): string => keys.map((k) => `${k.desc ? '-' : ''}${k.name}${k.last && !k.desc ? ':last' : ''}`).join(',')

/** The key that a column sorts by. */
export const sortName = (c: Column): string => (c.kind === 'field' ? c.field.name : c.kind === 'age' ? 'created_at' : c.kind === 'countdown' ? 'due_at' : c.kind)

export const sortable = (c: Column): boolean => c.kind === 'age' || c.kind === 'countdown' || (c.kind === 'field' && !c.field.name.includes('.') && !['multi_choice', 'json', 'long_text', 'rich_text', 'file', 'image', 'relation', 'person'].includes(c.field.type))

/** The order after a click on a column's head: alone, or with add as one more key behind those there are. */
export function clicked(sort: string, c: Column, add: boolean): string {
  const keys = readSort(sort)
  const name = sortName(c)
  const at = keys.findIndex((k) => k.name === name)
  const old = keys[at]
  const countdown = c.kind === 'countdown' // what has no countdown comes after what has
  const desc = old ? !old.desc : !countdown
  const next: SortKey = { name, desc, last: countdown }
  if (!add) return writeSort([next])
  return writeSort(at < 0 ? [...keys, next] : keys.map((k, i) => (i === at ? next : k)))
}
