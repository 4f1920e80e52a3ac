import { useCallback, useMemo } from 'react'
import { useSearchParams } from 'react-router'
import { allOf, type Condition } from '../../api/condition'
import type { ObjectMeta } from '../../api/types'
import type { ViewBook, ViewColumn, ViewSpec } from '../../api/views'
import { readColumns, writeColumns } from './columns'
import { asMine, partsOf, tabsOf, type View } from './views'

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

/** What of a list's state belongs to a view; everything else in the address is of the moment. */
const ofView = ['filter', 'sort', 'cols', 'group', 'q', 'by']

const usual = '-created_at'

/** The whole state of a list, kept in the address. */
export function useListState(object: ObjectMeta, me: string, sells: boolean, book: ViewBook | undefined, kind: 'list' | 'kanban' = 'list') {
  const [params, setParams] = useSearchParams()
  const views = useMemo(() => tabsOf(object, me, book), [object, me, book])
  const asked = params.get('view')
  const typed = params.get('q')
  const first = views.find((v) => v.key === book?.tabs.default) ?? (sells ? views.find((v) => !v.aside) : views.find((v) => v.key === 'all')) ?? views[0]
  const view = views.find((v) => v.key === asked) ?? ((typed ? views.find((v) => v.key === 'all') : first) as View)
  const spec = view.saved?.spec
  const q = typed ?? spec?.words ?? ''
  const filterText = params.get('filter')
  const conditions = useMemo(() => (filterText === null ? partsOf(spec?.filter) : readConditions(filterText)), [filterText, spec])
  const sort = params.get('sort') ?? view.sort ?? usual
  const colsText = params.get('cols')
  const columns = useMemo((): ViewColumn[] | undefined => (colsText === null ? spec?.columns : readColumns(colsText)), [colsText, spec])
  const group = params.get('group') ?? spec?.group ?? ''
  const by = params.get('by') ?? spec?.by ?? null
  const ask = useMemo(() => ({ filter: allOf(view.filter, ...conditions), q: q || undefined, sort }), [view, conditions, q, sort])
  const set = useCallback(
    (changes: Record<string, string | null>, replace = false) =>
      setParams(
        (old) => {
          const next = new URLSearchParams(old)
          for (const [key, value] of Object.entries(changes)) {
            if (value === null) next.delete(key)
            else next.set(key, value)
          }
          return next
        },
        { replace },
      ),
    [setParams],
  )
  /** A value of the view's: what is as the view has it does not stand in the address. */
  const own = (key: string, value: string, asSaved: string, replace = false): void => set({ [key]: value === asSaved ? null : value }, replace)
  const savedConditions = partsOf(spec?.filter)
  return {
    views, view, q, conditions, sort, ask, params, columns, group, by,
    changed: ofView.some((key) => params.has(key)),
    /** The list as a view to be saved. */
    spec: (): ViewSpec => {
      const filter = allOf(view.filter ? asMine(view.filter, me) : undefined, ...conditions)
      return {
        ...(spec?.order ? { order: spec.order } : {}), object: object.name, kind, sort: sort.split(',').filter(Boolean),
        ...(columns ? { columns } : {}), ...(filter ? { filter } : {}), ...(group ? { group } : {}), ...(q ? { words: q } : {}), ...(by ? { by } : {}),
      }
    },
    revert: () => set(Object.fromEntries(ofView.map((key) => [key, null]))),
    /** A view as it is saved, whatever the address says of the one before. */
    lookAt: (key: string) => set({ ...Object.fromEntries(ofView.map((k) => [k, null])), view: key }),
    setView: (key: string) => set({ ...Object.fromEntries(ofView.filter((k) => k !== 'filter' || Boolean(spec) || Boolean(views.find((v) => v.key === key)?.saved)).filter((k) => k !== 'q').map((k) => [k, null])), view: key }),
    setConditions: (next: Condition[]) => own('filter', JSON.stringify(next), JSON.stringify(savedConditions)),
    setSort: (next: string) => own('sort', next, view.sort ?? usual, true),
    setWords: (next: string) => own('q', next, spec?.words ?? '', true),
    setGroup: (next: string) => own('group', next, spec?.group ?? ''),
    setBy: (next: string) => own('by', next, spec?.by ?? ''),
    setColumns: (next: ViewColumn[], replace = false) => own('cols', writeColumns(next), writeColumns(spec?.columns ?? []), replace),
    /** The same records on the board. */
    boardQuery: keepOf(params, ['view', 'filter', 'q', 'by']),
    /** Ends the making of a new record, with what was given for it. */
    closeNew: () => set(Object.fromEntries([...params.keys()].filter((k) => k === 'new' || k.startsWith('set.')).map((k) => [k, null]))),
    setParam: (key: string, value: string | null) => set({ [key]: value || null }),
  }
}

export type ListState = ReturnType<typeof useListState>
