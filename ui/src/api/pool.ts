import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { api, recordPath } from './client'
import type { Condition } from './condition'
import { keys } from './keys'

export interface PoolRegion {
  id: string
  name: string
  count: number
  capped: boolean
  waiting: number
  waiting_capped: boolean
  filter: Condition
  waiting_filter: Condition
}

export interface Pool {
  /** Null where hours differ by the policy that speaks of a record. */
  hours: number | null
  rule?: { name: string; title: string } | null
  regions: PoolRegion[]
  quota: { max_open: number | null; max_claims_per_day: number | null; claimed_today: number }
  next_at?: string | null
  may_claim: boolean
  may_assign: boolean
}

/** The pool by region. Kept under the object's records, so that the live feed renews it. */
export function usePool(object: string, enabled = true) {
  return useQuery({ queryKey: [...keys.list(object), 'pool'], enabled, queryFn: ({ signal }) => api.get<Pool>(`objects/${object}/pool`, undefined, signal), placeholderData: (before) => before })
}

export type BulkAction = 'claim' | 'return'

/** Does the same to many records, each by itself: one refused does not stop the others. */
export function useBulk(object: string) {
  const client = useQueryClient()
  return useMutation({
    mutationFn: async ({ ids, action, body }: { ids: string[]; action: BulkAction; body?: unknown }) => {
      const outcomes = await Promise.allSettled(ids.map((id) => api.post(recordPath(object, id, `:${action}`), body ?? {})))
      const won = outcomes.filter((o) => o.status === 'fulfilled').length
      const refused = outcomes.find((o) => o.status === 'rejected')
      return { won, lost: ids.length - won, error: refused?.reason as unknown }
    },
    onSettled: (_result, _error, { ids }) => {
      void client.invalidateQueries({ queryKey: keys.list(object) })
      for (const id of ids) void client.invalidateQueries({ queryKey: keys.record(object, id) })
    },
  })
}
