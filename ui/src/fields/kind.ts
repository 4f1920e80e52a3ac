import type { ComponentType } from 'react'
import type { Op } from '../api/condition'
import type { Field, Meta, Refs } from '../api/types'

export interface ShowProps { field: Field; value: unknown; refs?: Refs }

export interface EditProps {
  field: Field
  value: unknown
  onChange: (value: unknown) => void
  /** Called when a choice ends the edit (a picked option), so that in-place editing can save. */
  onDone?: (value: unknown) => void
  label: string
  autoFocus?: boolean
  /** The value is of a condition, not of a record. */
  asks?: boolean
  refs?: Refs
}

/** One field type: how it is shown, edited and asked about. */
export interface FieldKind {
  Show: ComponentType<ShowProps>
  Edit: ComponentType<EditProps>
  ops: Op[]
  align?: 'right'
  /** In plain words, for sentences and chips. */
  words: (value: unknown, field: Field, meta: Meta) => string
}

export const isBlank = (value: unknown): boolean =>
  value === null || value === undefined || value === '' || (Array.isArray(value) && value.length === 0)
