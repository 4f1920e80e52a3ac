import { AutoComplete, Select } from 'antd'
import type { Field } from '../api/types'
import { titled } from '../i18n/titled'
import { toneOf } from '../parts/Chip'
import { isBlank, type FieldKind } from './kind'

export const optionsOf = (field: Field): { value: string; label: string }[] =>
  (field.options ?? []).map((o) => ({ value: o.value, label: titled(o.title, o.value) }))

export function choiceText(value: unknown, field: Field): string {
  if (isBlank(value)) return '—'
  const option = field.options?.find((o) => o.value === value)
  return titled(option?.title, String(value))
}

export const choice: FieldKind = {
  Show: ({ value, field }) => {
    const text = choiceText(value, field)
    const color = field.options?.find((o) => o.value === value)?.color
    return color ? <span className="dotted"><span className={`tag-dot tag-dot-${toneOf(color)}`} aria-hidden />{text}</span> : <>{text}</>
  },
  Edit: ({ field, value, onChange, onDone, label, autoFocus }) => field.open ? (
    <AutoComplete
      aria-label={label}
      autoFocus={autoFocus}
      allowClear
      popupMatchSelectWidth={false}
      value={isBlank(value) ? '' : String(value)}
      options={optionsOf(field)}
      showSearch={{ filterOption: (typed, option) => typed === value || String(option?.label ?? '').includes(typed) }}
      onChange={(next: string) => onChange(next || null)}
      onSelect={(next: string) => onDone?.(next)}
    />
  ) : (
    <Select
      aria-label={label}
      autoFocus={autoFocus}
      defaultOpen={autoFocus}
      allowClear
      showSearch={{ optionFilterProp: 'label' }}
      popupMatchSelectWidth={false}
      value={isBlank(value) ? undefined : String(value)}
      options={optionsOf(field)}
      onChange={(next?: string) => {
        onChange(next ?? null)
        onDone?.(next ?? null)
      }}
    />
  ),
  ops: ['eq', 'ne', 'in', 'not_in', 'empty', 'not_empty'],
  words: choiceText,
}
