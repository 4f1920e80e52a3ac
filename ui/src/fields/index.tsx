import type { Field, FieldTypeName } from '../api/types'
import { autoNumber } from './auto_number'
import { boolean } from './boolean'
import { choice } from './choice'
import { computed } from './computed'
import { date } from './date'
import { datetime } from './datetime'
import { duration } from './duration'
import { email } from './email'
import { file, image } from './file'
import { json } from './json'
import { isBlank, type EditProps, type FieldKind, type ShowProps } from './kind'
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
import { richText } from './rich_text'
import { text } from './text'
import { url } from './url'
import './fields.css'

/** One kind for each field type of the server; types.json is made from the server's list. */
export const kinds: Record<FieldTypeName, FieldKind> = {
  text, long_text: longText, integer, decimal: decimalNumber, money, percent, boolean, date, datetime, duration, choice,
  multi_choice: multiChoice, phone, email, url, region, person, org_unit: orgUnit, relation, auto_number: autoNumber, json,
  rich_text: richText, file, image, formula: computed, rollup: computed,
}

/** The kind of a field; a type this page does not know yet is shown as text. */
export const kindOf = (field: Pick<Field, 'type'>): FieldKind => kinds[field.type] ?? text

/** Whether this page can show and edit a type. */
export const hasKind = (type: string): boolean => type in kinds

export function FieldShow(props: ShowProps) {
  const { Show } = kindOf(props.field)
  return <Show {...props} />
}

/** Whether the field's editor ends only when one says so: it has keys, dialogs and uploads of its own. */
export const staysOpen = (field: Pick<Field, 'type'>): boolean => ['file', 'image', 'rich_text'].includes(field.type)

/** What is computed or shown in part is only shown: nobody writes it. A condition asks for a value all the same. */
export function FieldEdit(props: EditProps) {
  if (!props.asks && (props.field.computed || props.field.masked && !isBlank(props.value))) return <FieldShow field={props.field} value={props.value} refs={props.refs} />
  const { Edit } = kindOf(props.field)
  return <Edit {...props} />
}
