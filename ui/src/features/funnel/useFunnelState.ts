import { useSearchParams } from 'react-router'
import type { FunnelBy, FunnelMode, FunnelRequest } from '../../api/types'

export const spans = ['30d', '90d', '180d', '12m'] as const
const bys: FunnelBy[] = ['region', 'team', 'owner', 'source']

export interface Drill { stage: string; metric: 'count' | 'stay'; by?: FunnelBy; key?: string }

function readSpan(text: string): FunnelRequest['period'] {
  const range = /^(\d{4}-\d{2}-\d{2})\.\.(\d{4}-\d{2}-\d{2})$/.exec(text)
  if (range?.[1] && range[2]) return { from: range[1], to: range[2] }
  const last = /^(\d+)([dm])$/.exec(text)
  return last?.[1] ? { last: Number(last[1]), unit: last[2] === 'm' ? 'month' : 'day' } : { last: 90, unit: 'day' }
}

/** The funnel's whole state, drill-down included, kept in the address. */
export function useFunnelState() {
  const [params, setParams] = useSearchParams()
  const mode: FunnelMode = params.get('mode') === 'period' ? 'period' : 'cohort'
  const span = params.get('span') ?? '90d'
  const by = bys.find((b) => b === params.get('by'))
  const stage = params.get('stage')
  const drill: Drill | null = stage
    ? { stage, metric: params.get('metric') === 'stay' ? 'stay' : 'count', by: bys.find((b) => b === params.get('dby')), key: params.get('key') ?? undefined }
    : null
  const set = (changes: Record<string, string | null>, replace = false): void =>
    setParams((old) => {
      const next = new URLSearchParams(old)
      for (const [key, value] of Object.entries(changes)) {
        if (value === null) next.delete(key)
        else next.set(key, value)
      }
      return next
    }, { replace })
  return {
    mode, span, by, drill,
    name: params.get('name'),
    rep: params.get('rep'),
    period: readSpan(span),
    set,
    openDrill: (d: Drill) => set({ stage: d.stage, metric: d.metric, dby: d.by ?? null, key: d.key ?? null }),
    closeDrill: () => set({ stage: null, metric: null, dby: null, key: null }, true),
  }
}
