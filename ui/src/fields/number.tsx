import { InputNumber } from 'antd'
import { decimal, integer as showInteger, toNumber } from '../parts/format'
import type { EditProps, FieldKind } from './kind'

const ops: FieldKind['ops'] = ['eq', 'ne', 'lt', 'lte', 'gt', 'gte', 'between', 'empty', 'not_empty']

export function NumberEdit({ value, onChange, label, autoFocus, precision, suffix }: EditProps & { precision?: number; suffix?: string }) {
  return (
    <InputNumber<number>
      aria-label={label}
      autoFocus={autoFocus}
      value={toNumber(value)}
      precision={precision}
      suffix={suffix}
      controls={false}
      onChange={(next) => onChange(next ?? null)}
    />
  )
}

export const integer: FieldKind = {
  Show: ({ value }) => <span className="num">{showInteger(toNumber(value))}</span>,
  Edit: (props) => <NumberEdit {...props} precision={0} />,
  ops,
  align: 'right',
  words: (value) => showInteger(toNumber(value)),
}

export const decimalNumber: FieldKind = {
  Show: ({ value }) => <span className="num">{decimal(toNumber(value), 2)}</span>,
  Edit: (props) => <NumberEdit {...props} />,
  ops,
  align: 'right',
  words: (value) => String(value ?? ''),
}
