import { useState, type KeyboardEvent } from 'react'
import type { Field, Refs } from '../../api/types'
import { FieldEdit } from '../../fields'

interface Props {
  field: Field
  label: string
  refs?: Refs
  start: unknown
  onCommit: (value: unknown, step?: 1 | -1) => void
  onCancel: () => void
}

/** The editor of one fact while it is open; mounted anew for each edit, so its draft starts from the present value. */
export function FactEditor({ field, label, refs, start, onCommit, onCancel }: Props) {
  const [draft, setDraft] = useState<unknown>(start)
  const picks = ['choice', 'person', 'org_unit', 'relation', 'boolean', 'date', 'datetime', 'multi_choice'].includes(field.type)
  const onKey = (event: KeyboardEvent): void => {
    if (event.key === 'Escape') {
      event.stopPropagation()
      onCancel()
    } else if (event.key === 'Enter' && !picks && !event.nativeEvent.isComposing && !(field.type === 'long_text' && event.shiftKey)) {
      event.preventDefault()
      onCommit(draft)
    } else if (event.key === 'Tab') {
      event.preventDefault()
      onCommit(draft, event.shiftKey ? -1 : 1)
    }
  }
  return (
    <div
      className="fact-edit"
      onKeyDownCapture={onKey}
      onBlur={(event) => {
        const to = event.relatedTarget as HTMLElement | null
        if (event.currentTarget.contains(to) || to?.closest('.ant-select-dropdown, .ant-picker-dropdown')) return
        onCommit(draft)
      }}
    >
      <FieldEdit field={field} label={label} value={draft} refs={refs} autoFocus onChange={setDraft} onDone={onCommit} />
    </div>
  )
}
