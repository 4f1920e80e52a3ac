import type { Field } from '../api/types'
import { holds, type Circumstances } from './holds'

type Values = Record<string, unknown>

/** Whether a field is shown for what the record has, or is being given; where the page cannot tell it is shown. */
export const isShown = (field: Field, values: Values, about: Circumstances): boolean => !field.visible_when || holds(field.visible_when, values, about) !== false

/** Whether a field has to be filled in: always, or by its condition; one that is not shown is not asked for. */
export const isRequired = (field: Field, values: Values, about: Circumstances): boolean =>
  isShown(field, values, about) && (Boolean(field.required) || (field.required_when !== undefined && holds(field.required_when, values, about) === true))
