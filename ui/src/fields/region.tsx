import { Input } from 'antd'
import { useTranslation } from 'react-i18next'
import { isBlank, type FieldKind } from './kind'
import { text } from './text'

/** Short names with a space ("浙江 杭州"); any spelling may be typed, the server finds the place. */
export const region: FieldKind = {
  ...text,
  Edit: function RegionEdit({ value, onChange, label, autoFocus }) {
    const { t } = useTranslation()
    return (
      <Input
        aria-label={label}
        autoFocus={autoFocus}
        placeholder={t('field.regionExample')}
        value={isBlank(value) ? '' : String(value)}
        onChange={(e) => onChange(e.target.value || null)}
      />
    )
  },
  ops: ['under', 'eq', 'ne', 'empty', 'not_empty'],
}
