import { DatePicker } from 'antd'
import dayjs from 'dayjs'
import { isBlank, type FieldKind } from './kind'

export const date: FieldKind = {
  Show: ({ value }) => <span className="num">{isBlank(value) ? '—' : String(value)}</span>,
  Edit: ({ value, onChange, onDone, label, autoFocus }) => (
    <DatePicker
      aria-label={label}
      autoFocus={autoFocus}
      value={isBlank(value) ? null : dayjs(String(value))}
      onChange={(next) => {
        const read = next ? next.format('YYYY-MM-DD') : null
        onChange(read)
        onDone?.(read)
      }}
    />
  ),
  ops: ['within', 'eq', 'lt', 'lte', 'gt', 'gte', 'between', 'empty', 'not_empty'],
  words: (value) => String(value ?? ''),
}
