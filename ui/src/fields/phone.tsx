import { isBlank, type FieldKind } from './kind'
import { text } from './text'

export const phone: FieldKind = {
  ...text,
  Show: ({ value }) =>
    isBlank(value) ? <>—</> : <a className="num" href={`tel:${String(value).replace(/[^\d+]/g, '')}`} onClick={(e) => e.stopPropagation()}>{String(value)}</a>,
}
