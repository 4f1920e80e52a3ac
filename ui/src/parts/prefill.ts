import type { Field } from '../api/types'
import type { Circumstances } from './holds'
import { civilDay, zoneOffset } from './zone'

export interface Maker extends Circumstances { id: string; unit?: string }

interface DefaultRef { ref: string; add?: number; unit?: string }

const isRef = (v: unknown): v is DefaultRef => typeof v === 'object' && v !== null && 'ref' in v

/** What a new record starts with, as the server would fill it in; undefined for nothing. */
export function prefill(field: Field, maker: Maker): unknown {
  const given = field.default
  if (given === undefined || given === null) return undefined
  if (!isRef(given)) return given
  switch (given.ref) {
    case 'me': return maker.id
    case 'owner.org_unit': return maker.unit
    case 'today':
    case 'now': return later(field, given, maker)
    default: return undefined
  }
}

/** Only the server knows whose the record will be: such a default is shown, and sent only when somebody chooses. */
export const followsOwner = (field: Field): boolean => isRef(field.default) && field.default.ref === 'owner.org_unit'

function later(field: Field, { ref, add = 0, unit }: DefaultRef, maker: Maker): string {
  const now = maker.now.getTime()
  const wall = new Date(now + zoneOffset(now, maker.zone))
  if (ref === 'today') wall.setUTCHours(0, 0, 0, 0)
  switch (unit) {
    case 'minute': wall.setTime(wall.getTime() + add * 60_000); break
    case 'hour': wall.setTime(wall.getTime() + add * 3_600_000); break
    case 'week': wall.setUTCDate(wall.getUTCDate() + 7 * add); break
    case 'month':
    case 'year': {
      const day = wall.getUTCDate()
      wall.setUTCDate(1)
      wall.setUTCMonth(wall.getUTCMonth() + (unit === 'year' ? 12 * add : add))
      wall.setUTCDate(Math.min(day, new Date(Date.UTC(wall.getUTCFullYear(), wall.getUTCMonth() + 1, 0)).getUTCDate()))
      break
    }
    default: wall.setUTCDate(wall.getUTCDate() + add)
  }
  const at = wall.getTime() - zoneOffset(wall.getTime() - zoneOffset(wall.getTime(), maker.zone), maker.zone)
  return field.type === 'date' ? civilDay(at, maker.zone) : new Date(at).toISOString()
}
