import { keepPreviousData, useInfiniteQuery, useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { api, recordPath } from './client'
import { keys } from './keys'
import type { Id, Job, RecordData, Refs } from './types'

export type ReasonKind = 'phone' | 'email' | 'credit_code' | 'company' | 'branch' | 'similar' | 'contact_region' | 'other_credit_code' | 'other_people'
export interface Reason { kind: ReasonKind; points: number; like?: number }

export interface Pair {
  id: Id
  score: number
  sure: boolean
  reasons: Reason[]
  state: 'open' | 'dismissed' | 'merged'
  at: string
  decided_at?: string | null
  decided_by?: string
  may: boolean
  a: RecordData
  b: RecordData
}

export interface PairPage { pairs: Pair[]; refs?: Refs; next_cursor?: string | null; scan?: Job | null; on: boolean; choosable: string[] }
export interface PairAsk { state?: 'open' | 'dismissed'; import?: string; record?: string }

/** The queue. Kept under the object's lists, so that the live feed renews it; while all records are gone over it looks again by itself. */
export function usePairs(object: string, ask: PairAsk, enabled = true) {
  return useInfiniteQuery({
    queryKey: [...keys.list(object), 'duplicates', ask],
    enabled,
    initialPageParam: '',
    queryFn: ({ pageParam, signal }) => api.get<PairPage>(`objects/${object}/duplicates`, { ...ask, limit: 20, cursor: pageParam || undefined }, signal),
    getNextPageParam: (last) => last.next_cursor || undefined,
    refetchInterval: (query) => {
      const scan = query.state.data?.pages[0]?.scan
      return scan && (scan.state === 'queued' || scan.state === 'running') ? 2000 : 5000
    },
    placeholderData: (before) => before,
  })
}

export interface Alike { seen: boolean; id?: Id; title?: string; owner: string; score?: number; sure: boolean; reasons: Reason[]; exact: boolean }

/** What stands already of a record that is being entered. */
export function useAlike(object: string, values: Record<string, unknown>, enabled: boolean) {
  return useQuery({
    queryKey: [...keys.list(object), 'alike', values],
    enabled,
    queryFn: ({ signal }) => api.post<{ matches: Alike[] }>(`objects/${object}/duplicates:look`, { values }, signal),
    placeholderData: keepPreviousData,
    retry: false,
    staleTime: 10_000,
  })
}

export interface Merge { id: Id; survivor: Id; absorbed: Id; title: string; at: string; by: string; undone_at?: string | null; undone_by?: string; may: boolean }
export interface Left { kind: 'field' | 'record' | 'countdown' | 'added'; name: string; title?: string; count?: number }

export function useMerges(object: string, id: string, enabled = true) {
  return useQuery({
    queryKey: [...keys.record(object, id), 'merges'],
    enabled,
    retry: false,
    queryFn: ({ signal }) => api.get<{ merges: Merge[]; pairs: number }>(recordPath(object, id, '/merges'), undefined, signal),
  })
}

export interface MergeAsk { id: Id; other: Id; take: string[]; version: number; other_version: number }

function useRenew(object: string) {
  const client = useQueryClient()
  return () => {
    void client.invalidateQueries({ queryKey: keys.list(object) })
    void client.invalidateQueries({ queryKey: ['record', object] })
  }
}

export function useMerge(object: string) {
  const renew = useRenew(object)
  return useMutation({
    mutationFn: ({ id, ...body }: MergeAsk) => api.post<{ merge: { id: Id }; record: RecordData }>(recordPath(object, id, ':merge'), body),
    onSettled: renew,
  })
}

export function useUnmerge(object: string) {
  const renew = useRenew(object)
  return useMutation({
    mutationFn: (id: Id) => api.post<{ survivor: Id; absorbed: Id; left: Left[] }>(`merges/${encodeURIComponent(id)}:undo`),
    onSettled: renew,
  })
}

export function useDecide(object: string) {
  const renew = useRenew(object)
  return useMutation({
    mutationFn: ({ id, dismiss }: { id: Id; dismiss: boolean }) => api.post<undefined>(`objects/${object}/duplicates/${encodeURIComponent(id)}:${dismiss ? 'dismiss' : 'reopen'}`),
    onSettled: renew,
  })
}

export function useScan(object: string) {
  const renew = useRenew(object)
  return useMutation({ mutationFn: () => api.post<{ job: { id: Id } }>(`objects/${object}/duplicates:scan`), onSettled: renew })
}
