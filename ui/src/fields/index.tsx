import type { Field, FieldTypeName } from '../api/types'
import { autoNumber } from './auto_number'
import { boolean } from './boolean'
import { choice } from './choice'
import { date } from './date'
import { datetime } from './datetime'
import { duration } from './duration'
import { email } from './email'
import { json } from './json'
import type { EditProps, FieldKind, ShowProps } from './kind'
import { longText } from './long_text'
import { money } from './money'
import { multiChoice } from './multi_choice'
import { decimalNumber, integer } from './number'
import { orgUnit } from './org_unit'
import { percent } from './percent'
import { person } from './person'
import { phone } from './phone'
import { region } from './region'
import { relation } from './relation'
import { text } from './text'
import { url } from './url'
import './fields.css'

const kinds: Record<FieldTypeName, FieldKind> = {
  text, long_text: longText, integer, decimal: decimalNumber, money, percent, boolean, date, datetime, duration, choice,
  multi_choice: multiChoice, phone, email, url, region, person, org_unit: orgUnit, relation, auto_number: autoNumber, json,
}

/** The kind of a field; a type this page does not know yet is shown as text. */
export const kindOf = (field: Pick<Field, 'type'>): FieldKind => kinds[field.type] ?? text

/** Whether this page can show and edit a type. */
export const hasKind = (type: string): boolean => type in kinds

export function FieldShow(props: ShowProps) {
  const { Show } = kindOf(props.field)
  return <Show {...props} />
}

export function FieldEdit(props: EditProps) {
  const { Edit } = kindOf(props.field)
  return <Edit {...props} />
}
