import { Select } from 'antd'
import i18next from 'i18next'
import { useTranslation } from 'react-i18next'
import { isBlank, type FieldKind } from './kind'

const words = (value: unknown): string => (isBlank(value) ? '—' : i18next.t(value ? 'field.yes' : 'field.no'))

export const boolean: FieldKind = {
  Show: ({ value }) => <>{words(value)}</>,
  Edit: function BooleanEdit({ value, onChange, onDone, label, autoFocus }) {
    const { t } = useTranslation()
    return (
      <Select
        aria-label={label}
        autoFocus={autoFocus}
        defaultOpen={autoFocus}
        allowClear
        value={isBlank(value) ? undefined : value ? 'yes' : 'no'}
        options={[{ value: 'yes', label: t('field.yes') }, { value: 'no', label: t('field.no') }]}
        onChange={(next?: string) => {
          const read = next === undefined ? null : next === 'yes'
          onChange(read)
          onDone?.(read)
        }}
      />
    )
  },
  ops: ['eq', 'empty', 'not_empty'],
  words,
}
