import type { ColumnFigure } from '../../api/deals'
import type { Condition } from '../../api/condition'
import type { Field, Meta, ObjectMeta, RecordData, StageMeta } from '../../api/types'

/** A move on its way: shown at once, taken back when it is refused. */
export interface Move { record: RecordData; from: string; to: string }

export interface Column { value: string; field: Field; stage?: StageMeta; count: number; sum: number | null }

/**
 * By which field a board stands: the one asked for if it is a choice, else the one of the object's pipeline, else the first whose history is
 * kept, else its first choice.
 */
export function fieldOf(object: ObjectMeta, meta: Meta, asked: string | null): Field | undefined {
  const choices = object.fields.filter((f) => f.type === 'choice' && (f.options?.length ?? 0) > 0)
  const pipeline = meta.pipelines.find((p) => p.object === object.name)
  return choices.find((f) => f.name === asked) ?? choices.find((f) => f.name === pipeline?.field) ?? choices.find((f) => f.track) ?? choices[0]
}

/** The field whose sum stands over each column. */
export const sumOf = (object: ObjectMeta): Field | undefined => object.fields.find((f) => f.type === 'money' && !f.readonly)

/** '' is the column of the records without a value. */
export const inColumn = (field: Field, value: string): Condition => (value === '' ? { field: field.name, op: 'empty' } : { field: field.name, op: 'eq', value })

/**
 * The columns in the order of the options; values off the list and none have a column while there are records. Moves on their way are
 * counted where they go to, in cents so that no sum drifts.
 */
export function columnsOf(field: Field, figures: ColumnFigure[], stages: StageMeta[] | undefined, moves: Move[], sum: Field | undefined): Column[] {
  const listed = (field.options ?? []).map((o) => o.value)
  const values = [...listed, ...figures.map((f) => f.value ?? '').filter((v) => !listed.includes(v) && figures.some((f) => (f.value ?? '') === v && f.count > 0))]
  return values.map((value) => {
    const figure = figures.find((f) => (f.value ?? '') === value)
    let count = figure?.count ?? 0
    let cents = Math.round((figure?.sum ?? 0) * 100)
    for (const m of moves) {
      const sign = (m.to === value ? 1 : 0) - (m.from === value ? 1 : 0)
      count += sign
      if (sum) cents += sign * Math.round(Number(m.record[sum.name] ?? 0) * 100)
    }
    return { value, field, stage: stages?.find((s) => s.value === value), count: Math.max(0, count), sum: sum ? cents / 100 : null }
  })
}

/** The cards of a column with the moves on their way: those that leave are gone, those that come stand first. */
export function cardsOf(value: string, records: RecordData[], moves: Move[]): RecordData[] {
  const moving = new Set(moves.map((m) => m.record.id))
  return [...moves.filter((m) => m.to === value).map((m) => m.record), ...records.filter((r) => !moving.has(r.id))]
}

/** The next value to the left or right, undefined at the edge. */
export function beside(columns: Column[], value: string, step: 1 | -1): string | undefined {
  const at = columns.findIndex((c) => c.value === value)
  return at < 0 ? undefined : columns[at + step]?.value
}
