import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useEffect } from 'react'
import { api, recordPath } from './client'
import { keys } from './keys'
import type { Id, RecordData, RecordDetail, RecordRights, Refs } from './types'
import type { RecordAction } from './records'

export interface Word { op: string; at: string; by: string; note: string; way: string; other: boolean }
export interface Line { record: RecordData; rights: RecordRights; last?: Word | null }
export type SectionKey = 'first' | 'calls' | 'new' | 'todo' | 'pool'
export type CountKey = 'overdue' | 'today' | 'team_overdue' | 'team_today'
interface Counted { object: string; count: number; capped: boolean; filter: unknown }
export interface Section extends Counted { key: SectionKey; sort: string; lines: Line[] }
export interface Today {
  since: string
  leads: boolean
  team: boolean
  sections: Section[]
  counts: (Counted & { key: CountKey })[]
  /** What is often said of a contact, by object. */
  quick_notes: Record<string, string[]>
  refs: Refs
}

const again = 60_000

/** One's home in one answer. Asked again each minute: what has run out moves with the clock. */
export function useToday() {
  return useQuery({ queryKey: keys.today, refetchInterval: again, queryFn: ({ signal }) => api.get<Today>('today', undefined, signal), placeholderData: (before) => before })
}

/** Tells the server that the person looks at their home, whenever they do. */
export function useVisit(): void {
  const client = useQueryClient()
  useEffect(() => {
    const tell = (): void => {
      if (document.visibilityState !== 'visible') return
      // Not told is not lost: the next look tells it.
      api.post<{ since: string }>('today:visit').then(({ since }) => {
        if (client.getQueryData<Today>(keys.today)?.since !== since) void client.invalidateQueries({ queryKey: keys.today })
      }, () => undefined)
    }
    tell()
    document.addEventListener('visibilitychange', tell)
    return () => document.removeEventListener('visibilitychange', tell)
  }, [client])
}

export interface Act { object: string; id: Id; action: RecordAction | 'note'; body?: unknown }

/** Does something with a line of the home. */
export function useAct() {
  const client = useQueryClient()
  return useMutation({
    mutationFn: ({ object, id, action, body }: Act) => api.post<RecordDetail>(recordPath(object, id, `:${action}`), body ?? {}),
    onSettled: (_answer, _error, { object, id }) => {
      for (const queryKey of [keys.today, keys.list(object), keys.record(object, id)]) void client.invalidateQueries({ queryKey })
    },
  })
}

/** Changes a task, as it stands now. */
export function useTask() {
  const client = useQueryClient()
  return useMutation({
    mutationFn: async ({ id, changes }: { id: Id; changes: Record<string, unknown> }) => {
      const { record } = await api.get<RecordDetail>(recordPath('task', id))
      return api.patch<RecordDetail>(recordPath('task', id), changes, record.version)
    },
    onSettled: () => { for (const queryKey of [keys.today, keys.list('task')]) void client.invalidateQueries({ queryKey }) },
  })
}
