import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { Problem } from '../../api/client'
import { useSaveRecord } from '../../api/records'
import type { Field, ObjectMeta, RecordDetail } from '../../api/types'
import { isBlank } from '../../fields/kind'
import { titled } from '../../i18n/titled'
import { isRequired, isShown } from '../../parts/fieldRules'
import { Card } from '../../parts/PageHead'
import { useCircumstances } from '../../parts/useCircumstances'
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
  const about = useCircumstances()
  const [draft, setDraft] = useState<Record<string, unknown>>({}) // what is being typed
  const [pending, setPending] = useState<Record<string, unknown>>({}) // given, and saved together with what it makes required
  const values = { ...detail.record, ...pending, ...draft }
  const fields = factFields(object).filter((f) => isShown(f, values, about))
  const editable = (f: Field): boolean => Boolean(detail.rights?.update) && !f.readonly && !['auto_number', 'json'].includes(f.type) && f.name !== 'owner'
  const shown = fields.filter((f, i) => all || i < shownBlank || !isBlank(values[f.name]) || isRequired(f, values, about))
  const put = async ({ changes, version }: { changes: Record<string, unknown>; version: number }): Promise<RecordDetail> => {
    const given = { ...pending, ...changes }
    try {
      const saved = await save.mutateAsync({ changes: given, version })
      setPending({})
      return saved
    } catch (problem) {
      const missing = problem instanceof Problem ? problem.errors.filter((e) => e.code === 'required').map((e) => e.pointer?.slice(1)) : []
      const next = fields.concat(factFields(object)).find((f) => missing.includes(f.name) && !(f.name in given) && editable(f))
      if (!next) throw problem
      setPending(given)
      setEditing(next.name)
      return detail
    }
  }
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
            given={pending[field.name]}
            required={isRequired(field, values, about)}
            onDraft={(value) => setDraft(value === undefined ? {} : { [field.name]: value })}
            editable={editable(field)}
            editing={editing === field.name}
            onEdit={(on) => setEditing(on ? field.name : null)}
            onNext={(step) => next(field.name, step)}
            save={put}
          />
        ))}
      </dl>
      {Object.keys(pending).length > 0 ? (
        <div className="facts-more" role="status">
          <span>{t('fieldRules.pending', { fields: fields.filter((f) => f.name in pending).map((f) => titled(f.title, f.name)).join(t('fieldRules.join')) })}</span>{' '}
          <button type="button" className="link small" onClick={() => setPending({})}>{t('fieldRules.drop')}</button>
        </div>
      ) : null}
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
