import type { Field, ObjectMeta, RecordData } from '../../api/types'
import { isBlank } from '../../fields/kind'

export type Side = 'a' | 'b'

export interface Line { field: Field; same: boolean; /** Both have a value, and one may be chosen. */ open: boolean; /** The side that has the only value. */ only?: Side }

const aside = new Set(['id', 'version', 'created_at', 'assigned_at', 'updated_at', 'updated_by', 'created_by', 'deleted_at', 'hints', 'due_at', 'org_unit'])

const text = (value: unknown): string => (isBlank(value) ? '' : JSON.stringify(value))

/** The fields side by side: those that differ first asked for, those that nobody chooses (owner, dates) shown as well. */
export function linesOf(object: ObjectMeta, a: RecordData, b: RecordData, choosable: string[]): Line[] {
  return object.fields
    .filter((f) => !aside.has(f.name) && !f.tag_dimension && f.type !== 'json' && !(isBlank(a[f.name]) && isBlank(b[f.name])))
    .map((field) => {
      const [x, y] = [a[field.name], b[field.name]]
      const same = text(x) === text(y)
      const only = isBlank(x) ? 'b' as const : isBlank(y) ? 'a' as const : undefined
      return { field, same, only, open: !same && !only && choosable.includes(field.name) }
    })
}

/** The fields whose value comes from the record that goes. */
export function takenOf(lines: Line[], stays: Side, picked: Record<string, Side>): string[] {
  return lines.filter((l) => l.open && (picked[l.field.name] ?? stays) !== stays).map((l) => l.field.name)
}

/** The side that a merged record has a field's value from. */
export function sideOf(line: Line, stays: Side, picked: Record<string, Side>): Side {
  return line.only ?? (line.open ? picked[line.field.name] ?? stays : stays)
}
