import { span, toNumber } from '../parts/format'
import type { FieldKind } from './kind'
import { NumberEdit } from './number'

/** Seconds, read as the two largest units. */
const words = (value: unknown): string => {
  const seconds = toNumber(value)
  return seconds === null ? '—' : span(seconds * 1000)
}

export const duration: FieldKind = {
  Show: ({ value }) => <span className="num">{words(value)}</span>,
  Edit: (props) => <NumberEdit {...props} precision={0} />,
  ops: ['lt', 'lte', 'gt', 'gte', 'between', 'empty', 'not_empty'],
  align: 'right',
  words,
}
