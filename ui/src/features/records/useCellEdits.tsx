import { useQueryClient, type InfiniteData } from '@tanstack/react-query'
import { App, Button } from 'antd'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { api, Problem, recordPath } from '../../api/client'
import { keys } from '../../api/keys'
import type { Field, ObjectMeta, RecordData, RecordDetail, RecordPage, Refs } from '../../api/types'
import { FieldShow } from '../../fields'
import { isBlank } from '../../fields/kind'
import { titled } from '../../i18n/titled'
import { problemText } from '../../parts/problem'
import { titleOf } from './views'
import type { Column } from './columns'

export interface CellConflict { record: RecordData; field: Field; yours: unknown; theirs: unknown; version: number; refs?: Refs }

/** The field that a column's cells change, if they may be changed in place. */
export function editedBy(column: Column, object: ObjectMeta): Field | undefined {
  const field = column.kind === 'field' ? column.field : column.kind === 'title' ? object.fields.find((f) => f.name === (object.name === 'lead' ? 'company' : object.title_field)) : undefined
  return field && object.rights.update && !field.readonly && !field.system && !field.name.includes('.') && !['auto_number', 'json'].includes(field.type) ? field : undefined
}

const cellKey = (id: string, field: string): string => `${id}/${field}`

/** Changes of cells: shown at once, taken back with the reason when refused, and put to the person when somebody else was faster. */
export function useCellEdits(object: ObjectMeta) {
  const { t } = useTranslation()
  const { message } = App.useApp()
  const client = useQueryClient()
  const [pending, setPending] = useState<Record<string, unknown>>({})
  const [conflict, setConflict] = useState<CellConflict | null>(null)

  const put = (saved: RecordDetail): void => {
    client.setQueriesData<InfiniteData<RecordPage>>({ queryKey: keys.list(object.name) }, (data) => (data && Array.isArray(data.pages) && data.pages[0] && 'records' in data.pages[0]
      ? { ...data, pages: data.pages.map((p) => ({ ...p, refs: { ...p.refs, ...merged(p.refs, saved.refs) }, records: p.records.map((r) => (r.id === saved.record.id ? { ...r, ...saved.record } : r)) })) }
      : data))
    void client.invalidateQueries({ queryKey: keys.record(object.name, saved.record.id) })
  }
  const send = async (record: RecordData, field: Field, value: unknown, version: number): Promise<void> => {
    const key = cellKey(record.id, field.name)
    setPending((old) => ({ ...old, [key]: value }))
    try {
      put(await api.patch<RecordDetail>(recordPath(object.name, record.id), { [field.name]: value }, version))
    } catch (error) {
      if (error instanceof Problem && error.status === 409 && error.code === 'stale') {
        const fresh = await api.get<RecordDetail>(recordPath(object.name, record.id))
        const theirs = fresh.record[field.name]
        put(fresh)
        // Somebody wrote another field meanwhile: nothing is lost by writing this one.
        if (JSON.stringify(theirs ?? null) === JSON.stringify(record[field.name] ?? null)) await send(fresh.record, field, value, fresh.record.version)
        else setConflict({ record: fresh.record, field, yours: value, theirs, version: fresh.record.version, refs: fresh.refs })
      } else void message.error(t('views.cell.refused', { name: titleOf(record, object) ?? record.id, field: titled(field.title, field.name), text: problemText(error) }), 6)
    } finally {
      setPending((old) => Object.fromEntries(Object.entries(old).filter(([k]) => k !== key)))
    }
  }
  return {
    conflict,
    /** A record as the person has just changed it. */
    laid: (record: RecordData): RecordData => {
      const own = Object.entries(pending).filter(([key]) => key.startsWith(`${record.id}/`))
      return own.length === 0 ? record : { ...record, ...Object.fromEntries(own.map(([key, value]) => [key.slice(record.id.length + 1), value])) }
    },
    waiting: (id: string, field: string): boolean => cellKey(id, field) in pending,
    commit: (record: RecordData, field: Field, value: unknown): void => {
      const before = record[field.name]
      if (value === before || (isBlank(value) && isBlank(before))) return
      void send(record, field, value, record.version)
    },
    settle: (mine: boolean): void => {
      const asked = conflict
      setConflict(null)
      if (asked && mine) void send(asked.record, asked.field, asked.yours, asked.version)
    },
  }
}

const merged = (a: Refs | undefined, b: Refs | undefined): Refs => {
  const out: Refs = { ...a }
  for (const [kind, names] of Object.entries(b ?? {})) out[kind] = { ...out[kind], ...names }
  return out
}

/** Both values of a cell that two people changed. */
export function CellConflictBar({ conflict, object, settle }: { conflict: CellConflict; object: ObjectMeta; settle: (mine: boolean) => void }) {
  const { t } = useTranslation()
  return (
    <div className="cell-conflict" role="alert">
      <span>{t('views.cell.conflict', { name: titleOf(conflict.record, object) ?? conflict.record.id, field: titled(conflict.field.title, conflict.field.name) })}</span>
      <span><span className="muted">{t('record.yours')}</span> <FieldShow field={conflict.field} value={conflict.yours} refs={conflict.refs} /></span>
      <span><span className="muted">{t('record.theirs')}</span> <FieldShow field={conflict.field} value={conflict.theirs} refs={conflict.refs} /></span>
      <Button size="small" type="primary" onClick={() => settle(true)}>{t('record.useYours')}</Button>
      <Button size="small" onClick={() => settle(false)}>{t('record.keepTheirs')}</Button>
    </div>
  )
}
