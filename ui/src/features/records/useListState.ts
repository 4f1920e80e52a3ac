import { useCallback, useMemo } from 'react'
import { useSearchParams } from 'react-router'
import { allOf, type Condition } from '../../api/condition'
import type { ObjectMeta } from '../../api/types'
import { viewsOf, type View } from './views'

function readConditions(text: string | null): Condition[] {
  if (!text) return []
  try {
    const read = JSON.parse(text) as unknown
    return Array.isArray(read) ? (read as Condition[]) : [read as Condition]
  } catch {
    return []
  }
}

export function keepOf(params: URLSearchParams, names: string[]): string {
  const kept = new URLSearchParams([...params].filter(([name]) => names.includes(name)))
  return kept.size > 0 ? `?${kept.toString()}` : ''
}

/** The whole state of a list, kept in the address. */
export function useListState(object: ObjectMeta, me: string, sells: boolean) {
  const [params, setParams] = useSearchParams()
  const views = useMemo(() => viewsOf(object, me), [object, me])
  const q = params.get('q') ?? ''
  const view = views.find((v) => v.key === params.get('view')) ?? ((q || !sells ? views.find((v) => v.key === 'all') : views[0]) as View)
  const filterText = params.get('filter')
  const conditions = useMemo(() => readConditions(filterText), [filterText])
  const sort = params.get('sort') ?? view.sort ?? '-created_at'
  const ask = useMemo(() => ({ filter: allOf(view.filter, ...conditions), q: q || undefined, sort }), [view, conditions, q, sort])
  const set = useCallback(
    (changes: Record<string, string | null>, replace = false) =>
      setParams(
        (old) => {
          const next = new URLSearchParams(old)
          for (const [key, value] of Object.entries(changes)) {
            if (value === null || value === '') next.delete(key)
            else next.set(key, value)
          }
          return next
        },
        { replace },
      ),
    [setParams],
  )
  return {
    views, view, q, conditions, sort, ask, params,
    setView: (key: string) => set({ view: key, sort: null }),
    setConditions: (next: Condition[]) => set({ filter: next.length > 0 ? JSON.stringify(next) : null }),
    setSort: (next: string) => set({ sort: next }, true),
    /** The same records on the board. */
    boardQuery: keepOf(params, ['view', 'filter']),
    /** Ends the making of a new record, with what was given for it. */
    closeNew: () => set(Object.fromEntries([...params.keys()].filter((k) => k === 'new' || k.startsWith('set.')).map((k) => [k, null]))),
    setParam: (key: string, value: string | null) => set({ [key]: value }),
  }
}
