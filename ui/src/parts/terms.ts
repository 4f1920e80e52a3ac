import type { Op } from '../api/condition'
import type { Field, FieldTypeName, Title } from '../api/types'

/** A live figure that a condition may ask about. */
export interface MeasureTerm {
  name: string
  title: Title | string
  type: FieldTypeName
  for: Record<string, unknown>
  period?: { last: number; unit: string }
}

/** What a condition may speak of in one place: fields, live figures, and fields of another record as values. */
export interface Terms {
  fields: Field[]
  measures?: MeasureTerm[]
  refs?: { object: string; title: string; fields: Field[] }
  /** What the asker is called, where a person may be compared with whoever asks. */
  me?: string
}

export const numberOps: Op[] = ['gt', 'gte', 'lt', 'lte', 'eq', 'between']

export const measureField = (m: MeasureTerm): Field => ({
  name: m.name,
  title: typeof m.title === 'string' ? { 'zh-CN': m.title } : m.title,
  type: m.type,
})
