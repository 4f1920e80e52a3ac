import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { api, recordPath } from './client'
import { keys } from './keys'
import type { Id, Title, TraceNode } from './types'

/** A record opened to a person, or to a unit and all under it. */
export interface Share {
  id: Id
  person?: Id
  unit?: Id
  name: string
  edit: boolean
  until: string | null
  reason: string
  by: Id
  by_name: string
  shared_at: string
  live: boolean
  ended_at: string | null
}

const sharesKey = (object: string, id: string) => [...keys.record(object, id), 'shares'] as const

export function useShares(object: string, id: string) {
  return useQuery({ queryKey: sharesKey(object, id), queryFn: () => api.get<{ shares: Share[]; may_share: boolean }>(recordPath(object, id, '/shares')) })
}

export function useShare(object: string, id: string) {
  const client = useQueryClient()
  return useMutation({
    mutationFn: (given: { person?: string; unit?: string; edit: boolean; until?: string; reason?: string }) => api.post<{ share: Share }>(recordPath(object, id, ':share'), given),
    onSuccess: () => client.invalidateQueries({ queryKey: keys.record(object, id) }),
  })
}

export function useEndShare(object: string, id: string) {
  const client = useQueryClient()
  return useMutation({
    mutationFn: (share: string) => api.delete(recordPath(object, id, `/shares/${encodeURIComponent(share)}`)),
    onSuccess: () => client.invalidateQueries({ queryKey: keys.record(object, id) }),
  })
}

export interface Ground { role?: string; role_title?: string; word: string; holds: boolean; for?: Id; text: string; trace?: TraceNode | null }
export interface VerbAnswer { may: boolean; grounds: Ground[]; missing_right?: string }

/** Why a person sees a record, or does not, and what would have to change. */
export interface Visibility {
  person: Id
  name: string
  sentence: string
  read: VerbAnswer
  update: VerbAnswer
  delete: VerbAnswer
  fields: { field: string; title: Title; how: 'hidden' | 'masked' | 'read_only' }[]
  change: string[]
}

/** Asked as oneself, also while the pages are seen as that person. */
export function useVisibility(object: string, id: string, person: string | null) {
  return useQuery({
    queryKey: [...keys.record(object, id), 'visibility', person],
    enabled: person !== null,
    queryFn: ({ signal }) => api.getSelf<Visibility>(recordPath(object, id, '/visibility'), { person }, signal),
  })
}
