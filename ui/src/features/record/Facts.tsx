import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useSaveRecord } from '../../api/records'
import type { Field, ObjectMeta, RecordDetail } from '../../api/types'
import { isBlank } from '../../fields/kind'
import { titled } from '../../i18n/titled'
import { Card } from '../../parts/PageHead'
import { Age } from '../records/Cell'
import { Fact } from './Fact'

const never = new Set(['id', 'version', 'deleted_at', 'tags', 'created_by', 'updated_by', 'created_at', 'updated_at', 'org_unit', 'due_at'])
const leadOrder = ['company', 'name', 'phone', 'email', 'source', 'industry', 'budget', 'region', 'product_line', 'owner', 'stage', 'note']
const shownBlank = 12

export function factFields(object: ObjectMeta): Field[] {
  const fields = object.fields.filter((f) => !never.has(f.name) && !(f.tag_dimension && f.readonly) && f.type !== 'json')
  if (object.name !== 'lead') return [...fields.filter((f) => f.name !== 'owner'), ...fields.filter((f) => f.name === 'owner')]
  const rank = (f: Field): number => (leadOrder.includes(f.name) ? leadOrder.indexOf(f.name) : leadOrder.length)
  return [...fields].sort((a, b) => rank(a) - rank(b))
}

/** The facts, edited in place; Tab saves and goes to the next. */
export function Facts({ object, detail }: { object: ObjectMeta; detail: RecordDetail }) {
  const { t } = useTranslation()
  const [editing, setEditing] = useState<string | null>(null)
  const [all, setAll] = useState(false)
  const save = useSaveRecord(object.name, detail.record.id)
  const fields = factFields(object)
  const editable = (f: Field): boolean => Boolean(detail.rights?.update) && !f.readonly && !['auto_number', 'json'].includes(f.type) && f.name !== 'owner'
  const shown = fields.filter((f, i) => all || i < shownBlank || !isBlank(detail.record[f.name]))
  const next = (from: string, step: 1 | -1): void => {
    const order = shown.filter(editable)
    const at = order.findIndex((f) => f.name === from)
    setEditing(order[at + step]?.name ?? null)
  }
  const canEdit = fields.some(editable)
  return (
    <Card title={t('record.facts')} extra={canEdit ? t('record.clickToEdit') : undefined}>
      <dl className="facts">
        {shown.map((field) => (
          <Fact
            key={field.name}
            field={field}
            object={object.name}
            detail={detail}
            editable={editable(field)}
            editing={editing === field.name}
            onEdit={(on) => setEditing(on ? field.name : null)}
            onNext={(step) => next(field.name, step)}
            save={save.mutateAsync}
          />
        ))}
      </dl>
      {shown.length < fields.length ? (
        <div className="facts-more"><button type="button" className="link small" onClick={() => setAll(true)}>{t('record.showBlank', { count: fields.length - shown.length })}</button></div>
      ) : null}
      <p className="facts-foot small muted">
        {t('record.entered')} <Age at={detail.record.created_at} />
        {detail.record.updated_at ? <> · {t('record.changed')} <Age at={detail.record.updated_at} /></> : null}
      </p>
      <span className="visually-hidden">{titled(object.title)}</span>
    </Card>
  )
}
