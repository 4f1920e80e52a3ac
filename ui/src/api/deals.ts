import { useInfiniteQuery, useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { api, recordPath } from './client'
import type { Condition } from './condition'
import { keys } from './keys'
import type { RecordData, RecordDetail, RecordPage, Refs } from './types'

/** A record that stands already; one the asker may not see is told of by its owner only. */
export interface Standing { id?: string; title?: string; by: 'credit_code' | 'company' | 'branch'; owner: string; seen: boolean }
export interface Part { link: string; object: string; fields: string[]; values: Record<string, unknown>; optional: boolean; may: boolean; same: Standing[] }
export interface Conversion { version: number; makes: Part[]; tags: Record<string, string>; refs: Refs }
export interface PartChoice { attach?: string; skip?: boolean; values?: Record<string, unknown> }

/** What a conversion would make of a record; asked anew each time the dialog opens. */
export function useConversion(object: string, id: string) {
  return useQuery({ queryKey: ['conversion', object, id], gcTime: 0, queryFn: () => api.get<Conversion>(recordPath(object, id, '/conversion')) })
}

export function useConvert(object: string, id: string) {
  const client = useQueryClient()
  return useMutation({
    mutationFn: (given: { version: number; makes: Record<string, PartChoice> }) => api.post<RecordDetail>(recordPath(object, id, ':convert'), given),
    onSuccess: () => Promise.all([client.invalidateQueries({ queryKey: ['record'] }), client.invalidateQueries({ queryKey: ['records'] })]),
  })
}

export function useUnconvert(object: string, id: string) {
  const client = useQueryClient()
  return useMutation({
    mutationFn: () => api.post<RecordDetail>(recordPath(object, id, ':unconvert')),
    onSuccess: () => Promise.all([client.invalidateQueries({ queryKey: ['record'] }), client.invalidateQueries({ queryKey: ['records'] })]),
  })
}

export interface BoardAsk { object: string; by: string; sum?: string; filter?: Condition }
export interface ColumnFigure { value: string | null; count: number; sum: number | null }

/** Exact counts and sums of all columns, by one query over everything the asker may see. */
export function useColumns({ object, by, sum, filter }: BoardAsk) {
  return useQuery({
    queryKey: [...keys.list(object), 'columns', by, sum, filter],
    queryFn: async ({ signal }) => {
      const measures = ['count', ...(sum ? [`sum:${sum}`] : [])]
      const { rows } = await api.post<{ rows: unknown[][] }>('query', { entity: object, measures, dimensions: [by], ...(filter ? { where: filter } : {}) }, signal)
      return rows.map((r): ColumnFigure => ({ value: r[0] === null ? null : String(r[0]), count: Number(r[1]), sum: sum ? (r[2] as number | null) : null }))
    },
    placeholderData: (before) => before,
  })
}

const columnPage = 20

/** The cards of one column, a page at a time. */
export function useColumn({ object, filter }: { object: string; filter: Condition }, enabled: boolean) {
  return useInfiniteQuery({
    queryKey: [...keys.list(object), 'column', filter],
    enabled,
    initialPageParam: '',
    queryFn: ({ pageParam, signal }) =>
      api.get<RecordPage>(recordPath(object), { filter: JSON.stringify(filter), sort: '-updated_at', limit: columnPage, cursor: pageParam || undefined }, signal),
    getNextPageParam: (last) => last.next_cursor || undefined,
    placeholderData: (before) => before,
  })
}

export function useMove(object: string) {
  const client = useQueryClient()
  return useMutation({
    mutationFn: ({ record, changes }: { record: RecordData; changes: Record<string, unknown> }) => api.patch<RecordDetail>(recordPath(object, record.id), changes, record.version),
    onSettled: async () => {
      await client.invalidateQueries({ queryKey: keys.list(object) })
    },
  })
}
