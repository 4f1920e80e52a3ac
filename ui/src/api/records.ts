import { useInfiniteQuery, useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { api, recordPath } from './client'
import type { Condition } from './condition'
import { keys } from './keys'
import type { EventPage, Explain, RecordDetail, RecordPage, Refs } from './types'

export interface ListAsk { filter?: Condition; q?: string; sort?: string }

export function useRecords(object: string, ask: ListAsk, enabled = true) {
  return useInfiniteQuery({
    queryKey: [...keys.list(object), ask],
    enabled,
    initialPageParam: '',
    queryFn: ({ pageParam, signal }) =>
      api.get<RecordPage>(
        recordPath(object),
        { filter: ask.filter ? JSON.stringify(ask.filter) : undefined, q: ask.q, sort: ask.sort, limit: 50, cursor: pageParam || undefined },
        signal,
      ),
    getNextPageParam: (last) => last.next_cursor || undefined,
    placeholderData: (before) => before,
  })
}

export const fewQuery = (object: string, ask: ListAsk & { limit?: number }) => ({
  queryKey: [...keys.list(object), 'few', ask],
  queryFn: ({ signal }: { signal: AbortSignal }) =>
    api.get<RecordPage>(
      recordPath(object),
      { filter: ask.filter ? JSON.stringify(ask.filter) : undefined, q: ask.q, sort: ask.sort, limit: ask.limit ?? 8 },
      signal,
    ),
})

/** A short list, for home tiles and pickers. With every it is asked again after so many ms: what a relative period holds moves with the clock. */
export function useFewRecords(object: string, ask: ListAsk & { limit?: number }, enabled = true, every?: number) {
  return useQuery({ ...fewQuery(object, ask), enabled, refetchInterval: every, placeholderData: (before) => before })
}

export const recordQuery = (object: string, id: string) => ({
  queryKey: keys.record(object, id),
  queryFn: () => api.get<RecordDetail>(recordPath(object, id)),
})

export function useRecord(object: string, id: string) {
  return useQuery(recordQuery(object, id))
}

export function useHistory(object: string, id: string) {
  return useInfiniteQuery({
    queryKey: keys.history(object, id),
    initialPageParam: '',
    queryFn: ({ pageParam }) =>
      api.get<EventPage>(recordPath(object, id, '/history'), { cursor: pageParam || undefined }),
    getNextPageParam: (last) => last.next_cursor || undefined,
  })
}

export function useExplain(object: string, id: string) {
  return useQuery({ queryKey: keys.explain(object, id), queryFn: () => api.get<Explain>(recordPath(object, id, '/explain')) })
}

export function useSaveRecord(object: string, id: string) {
  const client = useQueryClient()
  const key = keys.record(object, id)
  return useMutation({
    mutationFn: ({ changes, version }: { changes: Record<string, unknown>; version: number }) =>
      api.patch<RecordDetail>(recordPath(object, id), changes, version),
    onMutate: async ({ changes }) => {
      await client.cancelQueries({ queryKey: key, exact: true })
      const before = client.getQueryData<RecordDetail>(key)
      if (before) client.setQueryData<RecordDetail>(key, { ...before, record: { ...before.record, ...changes } })
      return { before }
    },
    onError: (_error, _given, kept) => client.setQueryData(key, kept?.before),
    onSuccess: (saved) => {
      client.setQueryData<RecordDetail>(key, (old) => ({ ...old, ...saved, refs: mergeRefs(old?.refs, saved.refs) }))
      void client.invalidateQueries({ queryKey: keys.list(object) })
      void client.invalidateQueries({ queryKey: key })
    },
  })
}

export type RecordAction = 'claim' | 'open' | 'contacted' | 'transfer' | 'return' | 'protect' | 'unprotect' | 'restore'

export function useRecordAction(object: string, id: string) {
  const client = useQueryClient()
  return useMutation({
    mutationFn: ({ action, body }: { action: RecordAction; body?: unknown }) =>
      api.post<RecordDetail>(recordPath(object, id, `:${action}`), body ?? {}),
    onSettled: () => {
      void client.invalidateQueries({ queryKey: keys.record(object, id) })
      void client.invalidateQueries({ queryKey: keys.list(object) })
    },
  })
}

/** Hands records over, each by itself; fails as a whole only when none could be. */
export function useTransfer(object: string) {
  const client = useQueryClient()
  return useMutation({
    mutationFn: async ({ ids, owner, note }: { ids: string[]; owner: unknown; note: string }) => {
      const outcomes = await Promise.allSettled(ids.map((id) => api.post(recordPath(object, id, ':transfer'), { owner, note })))
      const won = outcomes.filter((o) => o.status === 'fulfilled').length
      const refused = outcomes.find((o) => o.status === 'rejected')
      if (won === 0 && refused) throw refused.reason
      return { won, lost: ids.length - won }
    },
    onSettled: (_result, _error, { ids }) => {
      void client.invalidateQueries({ queryKey: keys.list(object) })
      for (const id of ids) void client.invalidateQueries({ queryKey: keys.record(object, id) })
    },
  })
}

export function useCreateRecord(object: string) {
  const client = useQueryClient()
  return useMutation({
    mutationFn: (fields: Record<string, unknown>) =>
      api.post<RecordDetail & { outcome?: 'created' | 'merged' }>(recordPath(object), fields),
    onSuccess: () => client.invalidateQueries({ queryKey: keys.list(object) }),
  })
}

export function mergeRefs(...all: (Refs | undefined)[]): Refs {
  const out: Refs = {}
  for (const refs of all) for (const [kind, names] of Object.entries(refs ?? {})) out[kind] = { ...out[kind], ...names }
  return out
}
