import { useInfiniteQuery, useQuery } from '@tanstack/react-query'
import { api } from './client'
import { keys } from './keys'
import type { FunnelBy, FunnelRecords, FunnelRequest, FunnelResult } from './types'

export function useFunnel(name: string, ask: FunnelRequest, enabled = true) {
  return useQuery({
    queryKey: [...keys.funnel, name, ask],
    enabled,
    queryFn: ({ signal }) => api.post<FunnelResult>(`funnels/${encodeURIComponent(name)}`, ask, signal),
    placeholderData: (before) => before,
    refetchInterval: 60_000,
  })
}

export interface DrillAsk extends Omit<FunnelRequest, 'by'> { by?: FunnelBy; key?: string; stage: string; metric: 'count' | 'stay' }

export function useFunnelRecords(name: string, ask: DrillAsk) {
  return useInfiniteQuery({
    queryKey: [...keys.funnel, name, 'records', ask],
    initialPageParam: '',
    queryFn: ({ pageParam }) =>
      api.post<FunnelRecords>(`funnels/${encodeURIComponent(name)}:records`, { ...ask, limit: 50, ...(pageParam ? { cursor: pageParam } : {}) }),
    getNextPageParam: (page) => page.next_cursor || undefined,
  })
}
