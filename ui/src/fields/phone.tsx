import { isBlank, type FieldKind } from './kind'
import { text } from './text'

/** A Chinese mobile number in the groups people read it in; anything else as it is. */
export function spaced(number: string): string {
  const mobile = /^(?:\+86)?(1\d{2})(\d{4})(\d{4})$/.exec(number.replace(/\s/g, ''))
  return mobile ? mobile.slice(1).join(' ') : number
}

export const phone: FieldKind = {
  ...text,
  Show: ({ value }) =>
    isBlank(value) ? <>—</> : /[*•]/.test(String(value)) ? <span className="num">{String(value)}</span> : <a className="num" href={`tel:${String(value).replace(/[^\d+]/g, '')}`} onClick={(e) => e.stopPropagation()}>{spaced(String(value))}</a>,
}
