import { Button } from 'antd'
import { useEffect, useState, type KeyboardEvent } from 'react'
import { useTranslation } from 'react-i18next'
import type { Field, Refs } from '../../api/types'
import { FieldEdit, staysOpen } from '../../fields'

export interface Read { value: unknown; version: number }

interface Props {
  field: Field
  label: string
  refs?: Refs
  start: unknown
  /** What stands, and in which version of the record: as it was read when the edit began. */
  read: Read
  onDraft?: (value: unknown) => void
  onCommit: (value: unknown, read: Read, step?: 1 | -1) => void
  onCancel: () => void
}

/** The editor of one fact while it is open; mounted anew for each edit, so its draft starts from the present value. */
export function FactEditor({ field, label, refs, start, read: latest, onDraft, onCommit, onCancel }: Props) {
  const { t } = useTranslation()
  const [draft, setDraft] = useState<unknown>(start)
  const [read] = useState(latest) // news of the record may come while it is edited; what was read stays what it was
  useEffect(() => () => onDraft?.(undefined), []) // eslint-disable-line react-hooks/exhaustive-deps -- the end of this edit only
  const change = (value: unknown): void => {
    setDraft(value)
    onDraft?.(value)
  }
  const picks = ['choice', 'person', 'org_unit', 'relation', 'boolean', 'date', 'datetime', 'multi_choice'].includes(field.type)
  const stays = staysOpen(field) // its own keys, dialogs and uploads: it ends when one says so
  const onKey = (event: KeyboardEvent): void => {
    if (event.key === 'Escape') {
      event.stopPropagation()
      onCancel()
    } else if (event.key === 'Enter' && !picks && !event.nativeEvent.isComposing && !(field.type === 'long_text' && event.shiftKey) && !stays) {
      event.preventDefault()
      onCommit(draft, read)
    } else if (event.key === 'Tab' && !stays) {
      event.preventDefault()
      onCommit(draft, read, event.shiftKey ? -1 : 1)
    }
  }
  return (
    <div
      className="fact-edit"
      onKeyDownCapture={onKey}
      onBlur={(event) => {
        if (stays) return
        const to = event.relatedTarget as HTMLElement | null
        if (event.currentTarget.contains(to) || to?.closest('.ant-select-dropdown, .ant-picker-dropdown')) return
        onCommit(draft, read)
      }}
    >
      <FieldEdit field={field} label={label} value={draft} refs={refs} autoFocus onChange={change} onDone={(value) => onCommit(value, read)} />
      {stays ? (
        <div className="row">
          <Button size="small" type="primary" onClick={() => onCommit(draft, read)}>{t('files.done')}</Button>
          <Button size="small" onClick={onCancel}>{t('files.cancel')}</Button>
        </div>
      ) : null}
    </div>
  )
}
