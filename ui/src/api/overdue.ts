import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { api, recordPath } from './client'
import { keys } from './keys'
import type { Id, RecordDetail } from './types'
import { addressed } from './viewing'

export interface Talk { id: Id; note: string; due_at: string; status: string; by: string }

export interface OverdueLine {
  id: Id
  kind: 'first_open' | 'follow_up' | 'assign_deadline'
  record_id: Id
  title: string
  person: Id
  person_name: string
  due_at: string
  ended_at?: string | null
  delay_ms: number
  stuck: 'not_told' | 'undelivered' | 'unread' | 'read_idle' | 'no_action'
  rank: number
  may_talk: boolean
  talk?: Talk | null
}

export interface OverduePage {
  days: number
  total: number
  lines: OverdueLine[]
  people: { person: Id; name: string; count: number; open: number; longest_ms: number }[]
  may_export: boolean
}

export type OverdueAsk = { days: number; person?: string; open?: boolean; limit?: number }

/** What ran past its limit, the longest first. Kept under the object's records; asked again each minute, as delays grow. */
export function useOverdue(object: string, ask: OverdueAsk, enabled = true) {
  return useQuery({
    queryKey: [...keys.list(object), 'overdue', ask],
    enabled,
    refetchInterval: 60_000,
    queryFn: ({ signal }) => api.get<OverduePage>(`objects/${object}/overdue`, ask, signal),
    placeholderData: (before) => before,
  })
}

export const overdueSheet = (object: string, ask: OverdueAsk): string => {
  const params = new URLSearchParams({ days: String(ask.days), ...(ask.person ? { person: ask.person } : {}), ...(ask.open ? { open: 'true' } : {}) })
  return addressed(`/api/v1/objects/${object}/overdue.xlsx?${params.toString()}`)
}

export function useTalk(object: string) {
  const client = useQueryClient()
  return useMutation({
    mutationFn: ({ id, note, due_at }: { id: Id; note: string; due_at: string }) => api.post<{ talk: Talk }>(`objects/${object}/overdue/${encodeURIComponent(id)}:talk`, { note, due_at }),
    onSettled: () => client.invalidateQueries({ queryKey: keys.list(object) }),
  })
}

/** Ends a talk: done, or called off as if it had not been noted. */
export function useEndTalk(object: string) {
  const client = useQueryClient()
  return useMutation({
    mutationFn: async ({ id, status }: { id: Id; status: 'done' | 'cancelled' | 'open' }) => {
      const { record } = await api.get<RecordDetail>(recordPath('task', id))
      return api.patch<RecordDetail>(recordPath('task', id), { status }, record.version)
    },
    onSettled: () => client.invalidateQueries({ queryKey: keys.list(object) }),
  })
}
