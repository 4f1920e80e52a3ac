import { percent as showPercent, toNumber } from '../parts/format'
import type { FieldKind } from './kind'
import { NumberEdit } from './number'

/** Kept as a share (0.65), written and read as 65%. */
export const percent: FieldKind = {
  Show: ({ value }) => <span className="num">{showPercent(value)}</span>,
  Edit: (props) => {
    const share = toNumber(props.value)
    return (
      <NumberEdit
        {...props}
        suffix="%"
        value={share === null ? null : Math.round(share * 1e6) / 1e4}
        onChange={(n) => props.onChange(n === null ? null : (n as number) / 100)}
      />
    )
  },
  ops: ['eq', 'lt', 'lte', 'gt', 'gte', 'between', 'empty', 'not_empty'],
  align: 'right',
  words: (value) => showPercent(value),
}
