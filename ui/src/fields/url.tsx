import { isBlank, type FieldKind } from './kind'
import { text } from './text'

export const url: FieldKind = {
  ...text,
  Show: ({ value }) => {
    if (isBlank(value)) return <>—</>
    const href = String(value)
    return /^https?:\/\//i.test(href) ? <a href={href} target="_blank" rel="noreferrer noopener" onClick={(e) => e.stopPropagation()}>{href}</a> : <>{href}</>
  },
}
