import { useInfiniteQuery, useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { api, recordPath } from './client'
import type { Condition } from './condition'
import { keys } from './keys'
import type { ListAsk } from './records'
import type { Job, RecordPage, Title } from './types'
import { addressed } from './viewing'

export interface ViewColumn { field: string; width?: number }

export interface ViewSpec {
  object: string
  kind?: 'list' | 'kanban'
  columns?: ViewColumn[]
  filter?: Condition
  sort?: string[]
  group?: string
  words?: string
  by?: string
  order?: number
  aside?: boolean
}

export interface SavedView { id: string; title: Title; shared: boolean; spec: ViewSpec }
export interface ViewTabs { order: string[]; default: string }
export interface ViewBook { shared: SavedView[]; own: SavedView[]; tabs: ViewTabs; may_share: boolean }

const viewsKey = (object: string) => ['views', object] as const
const viewsPath = (object: string): string => `objects/${encodeURIComponent(object)}/views`

/** The views of an object that the asker has, and the order of their tabs. */
export function useViews(object: string) {
  return useQuery({ queryKey: viewsKey(object), queryFn: () => api.get<ViewBook>(viewsPath(object)), staleTime: 30_000 })
}

export interface ViewGiven { id?: string; title: string; shared: boolean; spec: ViewSpec }

/** Keeps a view: a new one without id; a deleted one comes back under its id. */
export function useSaveView(object: string) {
  const client = useQueryClient()
  return useMutation({
    mutationFn: async ({ id, title, shared, spec }: ViewGiven) => {
      const body = { title: { 'zh-CN': title }, shared, spec }
      return (id ? await api.put<{ view: SavedView }>(`${viewsPath(object)}/${encodeURIComponent(id)}`, body) : await api.post<{ view: SavedView }>(viewsPath(object), body)).view
    },
    onSuccess: () => client.invalidateQueries({ queryKey: viewsKey(object) }),
  })
}

export function useDeleteView(object: string) {
  const client = useQueryClient()
  return useMutation({
    mutationFn: (id: string) => api.delete(`${viewsPath(object)}/${encodeURIComponent(id)}`),
    onSuccess: () => client.invalidateQueries({ queryKey: viewsKey(object) }),
  })
}

export function useSaveTabs(object: string) {
  const client = useQueryClient()
  return useMutation({
    mutationFn: (tabs: ViewTabs) => api.put(`${viewsPath(object)}:tabs`, tabs),
    onMutate: (tabs) => client.setQueryData<ViewBook>(viewsKey(object), (old) => (old ? { ...old, tabs } : old)),
    onSettled: () => client.invalidateQueries({ queryKey: viewsKey(object) }),
  })
}

export interface Group { key: string; value: unknown; words: string; filter: Condition; count: number; count_capped: boolean }

/** The groups of a list with capped counts, a page at a time. */
export function useGroups(object: string, ask: ListAsk, by: string) {
  return useInfiniteQuery({
    queryKey: [...keys.list(object), 'groups', by, ask.filter, ask.q],
    initialPageParam: '',
    queryFn: ({ pageParam, signal }) =>
      api.get<{ groups: Group[]; more: boolean }>(`objects/${encodeURIComponent(object)}/groups`, { by, filter: ask.filter ? JSON.stringify(ask.filter) : undefined, q: ask.q, after: pageParam || undefined }, signal),
    getNextPageParam: (last) => (last.more ? last.groups.at(-1)?.key : undefined),
    placeholderData: (before) => before,
  })
}

/** A page of a list and how many records stand before it. */
export interface WindowPage extends RecordPage { at: number; prev_cursor?: string | null }
interface Place { cursor: string; back: boolean; at: number }

const windowPage = 100
const windowPages = 8
/** Where the end of a list lies that was jumped to: how many stand before is not known, and never counted. */
const farAway = 100_000

/** A window on a list of any length: pages are fetched at both ends and dropped at the other, so that memory stays the same. */
export function useWindow(object: string, ask: ListAsk & { reach?: string }, from: 'start' | 'end', enabled = true) {
  return useInfiniteQuery({
    queryKey: [...keys.list(object), 'window', from, ask],
    enabled,
    initialPageParam: { cursor: '', back: from === 'end', at: from === 'end' ? farAway : 0 } as Place,
    queryFn: async ({ pageParam, signal }): Promise<WindowPage> => {
      const page = await api.get<WindowPage>(recordPath(object), {
        filter: ask.filter ? JSON.stringify(ask.filter) : undefined, q: ask.q, sort: ask.sort, reach: ask.reach, limit: windowPage, cursor: pageParam.cursor || undefined, back: pageParam.back || undefined,
      }, signal)
      return { ...page, at: pageParam.back ? Math.max(0, pageParam.at - page.records.length) : pageParam.at }
    },
    getNextPageParam: (last): Place | undefined => (last.next_cursor ? { cursor: last.next_cursor, back: false, at: last.at + last.records.length } : undefined),
    getPreviousPageParam: (first): Place | undefined => (first.prev_cursor ? { cursor: first.prev_cursor, back: true, at: first.at } : undefined),
    maxPages: windowPages,
    placeholderData: (before) => before,
  })
}

export interface EditAsk { ids?: string[]; all?: boolean; filter?: Condition; q?: string; values: Record<string, unknown> }

export function useBulkEdit(object: string) {
  return useMutation({ mutationFn: async (ask: EditAsk) => (await api.post<{ job: { id: string } }>(`objects/${encodeURIComponent(object)}/records:edit`, ask)).job.id })
}

export function useRevert() {
  return useMutation({ mutationFn: async (id: string) => (await api.post<{ job: { id: string } }>(`jobs/${encodeURIComponent(id)}:revert`)).job.id })
}

export interface ExportAsk { format: 'xlsx' | 'csv'; columns: string[]; filter?: Condition; q?: string; sort?: string; view?: string }

export function useExport(object: string) {
  const client = useQueryClient()
  return useMutation({
    mutationFn: async (ask: ExportAsk) => (await api.post<{ job: { id: string } }>(`objects/${encodeURIComponent(object)}/export`, ask)).job.id,
    onSuccess: () => client.invalidateQueries({ queryKey: keys.jobs }),
  })
}

/** The newest exports of the asker that may still be fetched. */
export function useExports() {
  return useQuery({
    queryKey: [...keys.jobs, 'exports'],
    queryFn: async () => (await api.get<{ jobs: Job[] }>('jobs', { kind: 'export' })).jobs,
  })
}

export function useCancelJob() {
  const client = useQueryClient()
  return useMutation({
    mutationFn: (id: string) => api.post(`jobs/${encodeURIComponent(id)}:cancel`),
    onSettled: () => client.invalidateQueries({ queryKey: keys.jobs }),
  })
}

export const exportURL = (id: string): string => addressed(`/api/v1/jobs/${encodeURIComponent(id)}/export`)
