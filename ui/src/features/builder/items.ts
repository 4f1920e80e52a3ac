import type { Condition } from '../../api/condition'
import { kindOf } from '../../fields'
import { startValue } from '../../parts/LeafEditor'
import type { Terms } from '../../parts/terms'
import type { Side } from './zones'

/** One thing of the palette. */
export interface PaletteItem { side: Side; kind: 'field' | 'measure'; name: string }

/** The condition a thing of the palette starts as; null when it is not known in these terms. */
export function conditionOf(item: PaletteItem, terms: Terms): Condition | null {
  if (item.kind === 'measure') {
    const m = terms.measures?.find((each) => each.name === item.name)
    return m ? { measure: m.name, for: m.for, ...(m.period ? { period: m.period } : {}), op: 'lt', value: null } : null
  }
  const field = terms.fields.find((f) => f.name === item.name)
  if (!field) return null
  const op = kindOf(field).ops[0] ?? 'eq'
  return { field: field.name, op, value: startValue(op) }
}
