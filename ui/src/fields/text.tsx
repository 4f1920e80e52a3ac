import { Input } from 'antd'
import type { FieldKind } from './kind'
import { isBlank } from './kind'

export const text: FieldKind = {
  Show: ({ value }) => <>{isBlank(value) ? '—' : String(value)}</>,
  Edit: ({ value, onChange, label, autoFocus }) => (
    <Input aria-label={label} autoFocus={autoFocus} value={isBlank(value) ? '' : String(value)} onChange={(e) => onChange(e.target.value || null)} />
  ),
  ops: ['eq', 'ne', 'contains', 'starts_with', 'in', 'empty', 'not_empty'],
  words: (value) => String(value ?? ''),
}
