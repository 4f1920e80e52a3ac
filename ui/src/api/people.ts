import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { api } from './client'
import { keys } from './keys'
import type { Id, Title } from './types'

/** A person, or a unit with all under it, that goes to another unit from a day on. */
export interface Move { object: 'person' | 'org_unit'; id: Id; name: string; to: Id; to_name: string; from: string; reason: string; by: Id }
export interface MoveGiven { object: 'person' | 'org_unit'; id: string; to: string; from?: string; reason?: string }

const movesKey = ['org-moves'] as const
const delegationsKey = ['delegations'] as const
const leavingKey = (person: string) => ['leaving', person] as const

export function useMoves(enabled: boolean) {
  return useQuery({ queryKey: movesKey, enabled, queryFn: async () => (await api.get<{ moves: Move[] }>('org-moves')).moves })
}

export function useMove() {
  const client = useQueryClient()
  return useMutation({
    mutationFn: (given: MoveGiven) => api.post<{ move: Move; done: boolean }>('org-moves', given),
    onSuccess: () => Promise.all([client.invalidateQueries({ queryKey: movesKey }), client.invalidateQueries({ queryKey: keys.meta })]),
  })
}

export function useDropMove() {
  const client = useQueryClient()
  return useMutation({
    mutationFn: (m: Pick<Move, 'object' | 'id'>) => api.delete(`org-moves/${m.object}/${encodeURIComponent(m.id)}`),
    onSuccess: () => client.invalidateQueries({ queryKey: movesKey }),
  })
}

export interface Delegation { id: Id; person: Id; person_name: string; delegate: Id; delegate_name: string; from: string; until: string; reason: string; state: 'coming' | 'running' | 'over' | 'ended' }

export function useDelegations() {
  return useQuery({ queryKey: delegationsKey, queryFn: async () => (await api.get<{ delegations: Delegation[] }>('delegations')).delegations })
}

export function useDelegate() {
  const client = useQueryClient()
  return useMutation({
    mutationFn: (given: { person?: string; delegate: string; from?: string; until?: string; reason?: string }) => api.post<{ delegation: Delegation }>('delegations', given),
    onSuccess: () => client.invalidateQueries({ queryKey: delegationsKey }),
  })
}

export function useEndDelegation() {
  const client = useQueryClient()
  return useMutation({
    mutationFn: (id: string) => api.post(`delegations/${encodeURIComponent(id)}:end`),
    onSuccess: () => client.invalidateQueries({ queryKey: delegationsKey }),
  })
}

/** What a person who leaves has open, and the last time the person left. */
export interface Leaving {
  name: string
  active: boolean
  counts: { object: string; title: Title; count: number }[]
  total: number
  access: { sessions: number; keys: number }
  last: { id: Id; at: string; handed: number; undone: boolean } | null
}

export interface LeftDone { id: Id; total: number; received: { person: string; name: string; count: number }[]; kept: { object: string; id: Id; reason: string }[] }

export function useLeaving(person: string) {
  return useQuery({ queryKey: leavingKey(person), queryFn: () => api.get<Leaving>(`people/${encodeURIComponent(person)}/leaving`) })
}

function useAfterLeaving(person: string) {
  const client = useQueryClient()
  return () => Promise.all([client.invalidateQueries({ queryKey: leavingKey(person) }), client.invalidateQueries({ queryKey: keys.meta }), client.invalidateQueries({ queryKey: delegationsKey })])
}

export function useLeave(person: string) {
  const after = useAfterLeaving(person)
  return useMutation({
    mutationFn: (given: { way: string; to: string[]; reason?: string }) => api.post<LeftDone>(`people/${encodeURIComponent(person)}:leave`, given),
    onSuccess: after,
  })
}

export function useUndoLeaving(person: string) {
  const after = useAfterLeaving(person)
  return useMutation({ mutationFn: (id: string) => api.post(`leavings/${encodeURIComponent(id)}:undo`), onSuccess: after })
}
