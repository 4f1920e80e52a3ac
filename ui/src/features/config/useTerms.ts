import { useMemo } from 'react'
import { useMeta } from '../../api/session'
import type { Field } from '../../api/types'
import { titled } from '../../i18n/titled'
import type { MeasureTerm, Terms } from '../../parts/terms'

const askable = (f: Field): boolean => f.type !== 'json' && !['id', 'version', 'deleted_at'].includes(f.name)

/** What a condition on this object's records may speak of. */
export function useObjectTerms(object: string): Terms {
  const meta = useMeta()
  return useMemo(() => ({ fields: meta.objects.find((o) => o.name === object)?.fields.filter(askable) ?? [] }), [meta, object])
}

/** What a condition on a candidate may speak of: the person's facts, live figures, and the record as a value. */
export function useCandidateTerms(object: string): Terms {
  const meta = useMeta()
  return useMemo(() => {
    const subject = meta.objects.find((o) => o.name === object)
    const fields = meta.objects.find((o) => o.name === 'person')?.fields.filter(askable) ?? []
    const measures: MeasureTerm[] = meta.measures.map((d) => {
        const perIndustry = d.name === 'win_rate'
        return {
          name: d.name,
          title: d.title,
          type: perIndustry ? 'percent' : (d.type ?? 'decimal'),
          for: { owner: { ref: 'candidate.id' }, ...(perIndustry ? { industry: { ref: `${object}.industry` } } : {}) },
          ...(perIndustry ? { period: { last: 30, unit: 'day' } } : {}),
        }
      })
    return { fields, measures, refs: { object, title: titled(subject?.title, object), fields: subject?.fields.filter(askable) ?? [] } }
  }, [meta, object])
}
