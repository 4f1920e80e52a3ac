/** The condition language as JSON: the same tree for filters, tags, branches and alerts. */
export type Op =
  | 'eq' | 'ne' | 'in' | 'not_in' | 'lt' | 'lte' | 'gt' | 'gte' | 'between' | 'contains' | 'starts_with'
  | 'empty' | 'not_empty' | 'within' | 'under'

export interface Leaf { field: string; op: Op; value?: unknown }
export interface MeasureLeaf {
  measure: string
  for?: Record<string, unknown>
  period?: { last: number; unit: string }
  op: Op
  value?: unknown
}
export type Group = { all: Condition[] } | { any: Condition[] } | { none: Condition[] }
export type GroupKind = 'all' | 'any' | 'none'
export type Condition = Group | Leaf | MeasureLeaf

export const isMeasure = (c: Condition): c is MeasureLeaf => 'measure' in c
export const isLeaf = (c: Condition): c is Leaf => 'field' in c

export function groupKind(c: Condition): GroupKind | null {
  if ('all' in c) return 'all'
  if ('any' in c) return 'any'
  if ('none' in c) return 'none'
  return null
}

export function children(c: Condition): Condition[] {
  const kind = groupKind(c)
  return kind ? ((c as Record<GroupKind, Condition[] | undefined>)[kind] ?? []) : []
}

export function group(kind: GroupKind, parts: Condition[]): Group {
  return { [kind]: parts } as unknown as Group
}

export const takesNoValue = (op: Op): boolean => op === 'empty' || op === 'not_empty'

/** Every given part must hold; an empty result is undefined, so that no empty filter is sent. */
export function allOf(...parts: (Condition | undefined | null)[]): Condition | undefined {
  const flat = parts.filter((p): p is Condition => Boolean(p)).flatMap((p) => ('all' in p ? p.all : [p]))
  if (flat.length === 0) return undefined
  return flat.length === 1 ? flat[0] : { all: flat }
}
