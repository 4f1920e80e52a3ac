import { useMutation, useQuery } from '@tanstack/react-query'
import { api } from './client'
import type { Edited } from './config'
import { keys } from './keys'


/** What is allowed and still wrong in a definition, with the definition mended where that can be said. */
export interface Finding { severity: 'error' | 'warning' | 'info'; pointer: string; code: string; message: string; hint?: string; share?: number; remedy?: { label: string; spec: unknown } }

export function useLint(edited: Edited | null) {
  return useQuery({
    queryKey: [...keys.definitions, 'lint', edited],
    enabled: edited !== null,
    queryFn: async ({ signal }) => (await api.post<{ items: Finding[] }>('definitions:lint', edited, signal)).items,
    placeholderData: (before) => before,
    retry: false,
    staleTime: 60_000,
  })
}

export interface TrialPerson { id: string; name: string }
export interface TrialRow { id: string; title: string; at: string; before: Record<string, unknown>; after: Record<string, unknown>; branch: string; reason: string }
export interface Trial {
  examined: number
  changed: number
  summary: {
    by_person: { id: string; name: string; before: number; after: number }[]
    by_branch: { name: string; title: string; count: number }[]
    by_value: { dimension: string; value: string; title: string; before: number; after: number }[]
    pooled_before: number
    pooled_after: number
    reasons: { reason: string; count: number }[]
  }
  rows: TrialRow[]
  rows_total: number
  truncated: boolean
  of_file?: boolean
  unread?: number
  as_of: string[]
  of_today: string[]
}

const trialRows = 1000

/** What drafts would have done with the last 30 days' records, or with a file. Nothing is written. */
export function useTrial(object: string) {
  return useMutation({
    mutationFn: async ({ drafts, file }: { drafts: Edited[]; file?: File }) => {
      if (!file) return api.post<Trial>('definitions:try', { drafts, object, period: { last: 30, unit: 'day' }, limit: trialRows })
      const form = new FormData()
      form.set('file', file)
      const { upload } = await api.upload<{ upload: { id: string } }>(`objects/${object}/uploads`, form)
      return api.post<Trial>('definitions:try', { drafts, object, file: { upload: upload.id }, limit: trialRows })
    },
  })
}

export type Way = 'rule' | 'kept' | 'given' | 'claimed' | 'pooled' | 'returned'
export interface Fairness {
  object: string
  days: number
  people: { person: TrialPerson; total: number; ways: Partial<Record<Way, number>>; branches: Record<string, number>; receives: boolean }[]
  branches: { name: string; title: string; count: number }[]
  pooled: number
  returned: number
  truncated: boolean
}

export function useFairness(object: string, days: number) {
  return useQuery({ queryKey: ['assignments', object, days], queryFn: ({ signal }) => api.get<Fairness>(`assignments/${encodeURIComponent(object)}`, { days }, signal) })
}

export interface GivenAsk { person?: string; way?: Way; branch?: string }
export interface Given { id: string; title: string; at: string; way: Way; person?: TrialPerson; branch?: string; reason: string }

export function useGiven(object: string, days: number, ask: GivenAsk) {
  return useQuery({
    queryKey: ['assignments', object, days, 'records', ask],
    queryFn: ({ signal }) => api.get<{ records: Given[]; total: number }>(`assignments/${encodeURIComponent(object)}/records`, { days, ...ask }, signal),
  })
}

interface Answer { columns: { name: string }[]; rows: unknown[][]; refs: Record<string, Record<string, string>> }

/** A measure's figure for each person now. */
export const figuresQuery = (ask: { measure: string; entity: string; period?: { last: number; unit: string } }) => ({
  queryKey: ['figures', ask],
  staleTime: 30_000,
  retry: false as const,
  queryFn: async ({ signal }: { signal: AbortSignal }): Promise<Map<string, number | null>> => {
    const { measure, entity, period } = ask
    const answer = await api.post<Answer>('query', { entity, measures: [measure], dimensions: ['owner'], ...(period ? { period } : {}), limit: 1000 }, signal)
    return new Map(answer.rows.map((row) => [String(row[0] ?? ''), typeof row[1] === 'number' ? row[1] : null]))
  },
})
