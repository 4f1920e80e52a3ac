import { Select } from 'antd'
import i18next from 'i18next'
import { Chip } from '../parts/Chip'
import { choiceText, optionsOf } from './choice'
import { isBlank, type FieldKind } from './kind'

const list = (value: unknown): unknown[] => (Array.isArray(value) ? value : isBlank(value) ? [] : [value])

export const multiChoice: FieldKind = {
  Show: ({ value, field }) =>
    list(value).length === 0 ? <>—</> : <span className="row tight">{list(value).map((v) => <Chip key={String(v)}>{choiceText(v, field)}</Chip>)}</span>,
  Edit: ({ field, value, onChange, label, autoFocus }) => (
    <Select
      mode="multiple"
      aria-label={label}
      autoFocus={autoFocus}
      popupMatchSelectWidth={false}
      value={list(value).map(String)}
      options={optionsOf(field)}
      onChange={(next: string[]) => onChange(next)}
    />
  ),
  ops: ['contains', 'empty', 'not_empty'],
  words: (value, field) => list(value).map((v) => choiceText(v, field)).join(i18next.t('fmt.listJoin')),
}
