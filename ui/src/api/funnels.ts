import { useInfiniteQuery, useQuery } from '@tanstack/react-query'
import { useCallback } from 'react'
import { api } from './client'
import { keys } from './keys'
import { useMeta } from './session'
import type { FunnelBy, FunnelRecords, FunnelRequest, FunnelResult, FunnelStage } from './types'

/** Names the stages by the options of their field, which the definitions hold in both languages. */
function useStageTitles(name: string): (result: FunnelResult) => FunnelResult {
  const meta = useMeta()
  return useCallback((result) => {
    const funnel = meta.funnels.find((f) => f.name === name)
    const options = meta.objects.find((o) => o.name === funnel?.object)?.fields.find((f) => f.name === funnel?.field)?.options ?? []
    const titled = (stages: FunnelStage[]): FunnelStage[] => stages.map((s) => ({ ...s, title: options.find((o) => o.value === s.stage)?.title ?? s.title }))
    return { ...result, stages: titled(result.stages), groups: result.groups?.map((g) => ({ ...g, stages: titled(g.stages) })) }
  }, [meta, name])
}

export function useFunnel(name: string, ask: FunnelRequest, enabled = true) {
  const select = useStageTitles(name)
  return useQuery({
    select,
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
