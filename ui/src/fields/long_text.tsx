import { Input } from 'antd'
import { isBlank, type FieldKind } from './kind'
import { text } from './text'

export const longText: FieldKind = {
  Show: ({ value }) => <span className="prewrap">{isBlank(value) ? '—' : String(value)}</span>,
  Edit: ({ value, onChange, label, autoFocus }) => (
    <Input.TextArea
      aria-label={label}
      autoFocus={autoFocus}
      autoSize={{ minRows: 2, maxRows: 8 }}
      value={isBlank(value) ? '' : String(value)}
      onChange={(e) => onChange(e.target.value || null)}
    />
  ),
  ops: ['contains', 'empty', 'not_empty'],
  words: text.words,
}
