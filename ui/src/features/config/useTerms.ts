import { useMemo } from 'react'
import { useMeta } from '../../api/session'
import type { Field, FieldTypeName, MeasureMeta } from '../../api/types'
import { titled } from '../../i18n/titled'
import type { MeasureTerm, Terms } from '../../parts/terms'

const askable = (f: Field): boolean => f.type !== 'json' && !['id', 'version', 'deleted_at'].includes(f.name)

/** What a condition on this object's records may speak of. */
export function useObjectTerms(object: string): Terms {
  const meta = useMeta()
  return useMemo(() => ({ fields: meta.objects.find((o) => o.name === object)?.fields.filter(askable) ?? [] }), [meta, object])
}

const figureType = (m: MeasureMeta): FieldTypeName => (m.type === 'ratio' ? 'percent' : m.type === 'count' ? 'integer' : m.unit === 'money' ? 'money' : 'decimal')

/** A measure of the candidate; where it is kept by industry, of the candidate in the record's industry. */
export function measureTerm(m: MeasureMeta, object: string): MeasureTerm {
  return {
    name: m.name,
    title: m.title,
    type: figureType(m),
    for: { owner: { ref: 'candidate.id' }, ...(m.kept?.dims?.includes('industry') ? { industry: { ref: `${object}.industry` } } : {}) },
    ...(m.time ? { period: { last: 30, unit: 'day' } } : {}),
  }
}

/** What a condition on a candidate may speak of: the person's facts, live figures, and the record as a value. */
export function useCandidateTerms(object: string): Terms {
  const meta = useMeta()
  return useMemo(() => {
    const subject = meta.objects.find((o) => o.name === object)
    const fields = meta.objects.find((o) => o.name === 'person')?.fields.filter(askable) ?? []
    const measures = meta.measures.filter((m) => m.dims?.includes('owner')).map((m) => measureTerm(m, object))
    return { fields, measures, refs: { object, title: titled(subject?.title, object), fields: subject?.fields.filter(askable) ?? [] } }
  }, [meta, object])
}
