import { EditOutlined } from '@ant-design/icons'
import { Alert, Button } from 'antd'
import { useQueryClient } from '@tanstack/react-query'
import { useRef, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { api, Problem, recordPath } from '../../api/client'
import { keys } from '../../api/keys'
import type { Field, RecordDetail } from '../../api/types'
import { FieldShow } from '../../fields'
import { isBlank } from '../../fields/kind'
import { titled } from '../../i18n/titled'
import { problemText } from '../../parts/problem'
import { WhyMark } from '../../parts/Why'
import { FactEditor, type Read } from './FactEditor'

interface Props {
  field: Field
  object: string
  detail: RecordDetail
  /** Given and not saved yet: it waits for what it makes required. */
  given?: unknown
  required?: boolean
  /** Hears what is being typed; undefined when the edit ends. */
  onDraft?: (value: unknown) => void
  editable: boolean
  editing: boolean
  onEdit: (on: boolean) => void
  onNext: (step: 1 | -1) => void
  save: (given: { changes: Record<string, unknown>; version: number }) => Promise<RecordDetail>
}

interface Conflict { yours: unknown; theirs: unknown; version: number }

/** One fact: read, edited in place (Enter saves, Esc leaves, Tab saves and moves on), settled after a conflict. */
export function Fact({ field, object, detail, given, required, onDraft, editable, editing, onEdit, onNext, save }: Props) {
  const { t } = useTranslation()
  const client = useQueryClient()
  const { record, refs } = detail
  const value = given === undefined ? record[field.name] : given
  const [error, setError] = useState<string | null>(null)
  const [conflict, setConflict] = useState<Conflict | null>(null)
  const saving = useRef(false)
  const label = titled(field.title, field.name)
  const hint = record.hints?.[field.name]

  const start = (): void => {
    setError(null)
    onEdit(true)
  }
  const put = async (next: unknown, read: Read): Promise<void> => {
    saving.current = true
    try {
      await save({ changes: { [field.name]: next }, version: read.version })
      setError(null)
    } catch (problem) {
      if (problem instanceof Problem && problem.status === 409) await settle(next, read, problem)
      else setError(problemText(problem))
    } finally {
      saving.current = false
    }
  }
  /** Somebody wrote the record meanwhile: if not this fact, nothing is lost by writing it; if this fact, the person chooses. */
  const settle = async (next: unknown, read: Read, problem: Problem): Promise<void> => {
    const fresh = await api.get<RecordDetail>(recordPath(object, record.id))
    client.setQueryData(keys.record(object, record.id), fresh)
    const theirs = fresh.record[field.name]
    const { version } = fresh.record
    if (JSON.stringify(theirs ?? null) === JSON.stringify(read.value ?? null) && version !== read.version) return put(next, { value: theirs, version })
    const item = problem.errors.find((e) => e.pointer?.includes(field.name))
    setConflict({ yours: item?.yours ?? next, theirs, version })
  }
  const commit = async (next: unknown, read: Read, step?: 1 | -1): Promise<void> => {
    if (saving.current) return
    const same = next === read.value || (isBlank(next) && isBlank(read.value))
    if (step) onNext(step)
    else onEdit(false)
    if (!same) await put(next, read)
  }
  const shown = <FieldShow field={field} value={value} refs={refs} />
  return (
    <div className="fact" data-field={field.name}>
      <dt>{label}{required ? <span className="bad" title={t('fieldRules.required')}> *</span> : null}</dt>
      <dd>
        {editing ? (
          <FactEditor field={field} label={label} refs={refs} start={isBlank(value) && hint?.raw ? hint.raw : value} read={{ value, version: record.version }} onDraft={onDraft} onCommit={(v, read, step) => void commit(v, read, step)} onCancel={() => onEdit(false)} />
        ) : editable ? (
          <div className="fact-value is-editable" onClick={(e) => { if (!(e.target as HTMLElement).closest('a, .file-open')) start() }}>
            {shown}
            <button type="button" className="fact-pen" aria-label={t('record.edit', { field: label })}><EditOutlined aria-hidden /></button>
          </div>
        ) : (
          <div className="fact-value is-fixed">
            {field.name === 'owner' && isBlank(value) ? <span className="muted">{t('record.pool')}</span> : shown}
            {field.name === 'owner' && object === 'lead' ? <WhyMark object={object} id={record.id} subject="owner" /> : null}
          </div>
        )}
        {hint && !editing ? (
          <div className="fact-hint" title={hint.message}>
            {hint.raw && !hint.message.includes(hint.raw) ? <span className="hint-raw">{t('record.raw', { raw: hint.raw })}</span> : null} {hint.message}
          </div>
        ) : null}
        {error ? <Alert type="error" role="alert" title={error} closable={{ onClose: () => setError(null) }} /> : null}
        {conflict ? (
          <div className="conflict" role="alert">
            <p>{t('record.conflict')}</p>
            <div className="conflict-line"><span className="muted">{t('record.yours')}</span><FieldShow field={field} value={conflict.yours} refs={refs} /></div>
            <div className="conflict-line"><span className="muted">{t('record.theirs')}</span><FieldShow field={field} value={conflict.theirs} refs={refs} /></div>
            <div className="row">
              <Button size="small" type="primary" onClick={() => { const c = conflict; setConflict(null); void put(c.yours, { value: c.theirs, version: c.version }) }}>{t('record.useYours')}</Button>
              <Button size="small" onClick={() => setConflict(null)}>{t('record.keepTheirs')}</Button>
            </div>
          </div>
        ) : null}
      </dd>
    </div>
  )
}
