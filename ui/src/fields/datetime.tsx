import { DatePicker } from 'antd'
import dayjs from 'dayjs'
import { exactInstant, instant } from '../parts/format'
import { useCoarseNow } from '../parts/clock'
import { isBlank, type FieldKind } from './kind'

function DatetimeShow({ value }: { value: unknown }) {
  const now = useCoarseNow()
  if (isBlank(value)) return <>—</>
  return <time className="num" dateTime={String(value)} title={exactInstant(String(value))}>{instant(String(value), now)}</time>
}

export const datetime: FieldKind = {
  Show: DatetimeShow,
  Edit: ({ value, onChange, onDone, label, autoFocus }) => (
    <DatePicker
      showTime
      aria-label={label}
      autoFocus={autoFocus}
      value={isBlank(value) ? null : dayjs(String(value))}
      onChange={(next) => {
        const read = next ? next.toISOString() : null
        onChange(read)
        onDone?.(read)
      }}
    />
  ),
  ops: ['within', 'lt', 'lte', 'gt', 'gte', 'between', 'empty', 'not_empty'],
  words: (value) => instant(String(value ?? '')),
}
