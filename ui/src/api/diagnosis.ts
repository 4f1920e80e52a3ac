import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { api } from './client'
import { keys } from './keys'
import type { Revision, Title } from './types'

export interface RemedyDraft { kind: string; name: string; title: Title; spec: unknown }
export interface Offer { label: string; drafts: RemedyDraft[]; unassigned_before: number; unassigned_after: number; held_after: number }
export interface Fault {
  code: string
  severity: 'error' | 'warning' | 'info'
  kind: string
  name: string
  title: string
  pointer: string
  message: string
  hint?: string
  share?: number
  held: number
  examples: { id: string; title: string }[]
  remedy?: Offer
}
export interface DiagnosisReport { object: string; examined: number; unassigned: number; still: number; truncated: boolean; faults: Fault[]; all?: Offer }
export interface RecordDiagnosis { id: string; title: string; owner: { id: string; name: string } | null; happened: string; today: string; faults: Fault[] }

export function useDiagnosis(days: number, enabled = true) {
  return useQuery({
    queryKey: [...keys.diagnosis, days],
    enabled,
    queryFn: ({ signal }) => api.get<DiagnosisReport>('diagnosis', { period: JSON.stringify({ last: days, unit: 'day' }) }, signal),
  })
}

export function useRecordDiagnosis(object: string, id: string) {
  return useQuery({
    queryKey: [...keys.diagnosis, object, id],
    queryFn: ({ signal }) => api.get<RecordDiagnosis>(`diagnosis/${encodeURIComponent(object)}/${encodeURIComponent(id)}`, {}, signal),
  })
}

/** Saves an offer's drafts and, when asked, publishes exactly those as one revision. */
export function useAdopt() {
  const client = useQueryClient()
  return useMutation({
    mutationFn: async ({ offer, publish }: { offer: Offer; publish: boolean }) => {
      for (const d of offer.drafts) {
        await api.put(`definitions/${encodeURIComponent(d.kind)}/${encodeURIComponent(d.name)}`, { title: d.title, spec: d.spec })
      }
      if (!publish) return null
      return (await api.post<{ revision: Revision }>('revisions', { note: offer.label, only: offer.drafts.map(({ kind, name }) => ({ kind, name })) })).revision
    },
    onSettled: () => Promise.all([keys.definitions, keys.meta, keys.revisions, keys.diagnosis].map((queryKey) => client.invalidateQueries({ queryKey }))),
  })
}
