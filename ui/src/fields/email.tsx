import { isBlank, type FieldKind } from './kind'
import { text } from './text'

export const email: FieldKind = {
  ...text,
  Show: ({ value }) => (isBlank(value) ? <>—</> : <a href={`mailto:${String(value)}`} onClick={(e) => e.stopPropagation()}>{String(value)}</a>),
}
