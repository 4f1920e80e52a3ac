import { Alert, App, Button, Drawer, Form } from 'antd'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useQueries } from '@tanstack/react-query'
import { useNavigate, useSearchParams } from 'react-router'
import { Problem } from '../../api/client'
import { recordQuery, useCreateRecord } from '../../api/records'
import { useMeta, useSession } from '../../api/session'
import type { Field, ObjectMeta, Refs } from '../../api/types'
import { FieldEdit } from '../../fields'
import { titled } from '../../i18n/titled'
import { isRequired, isShown } from '../../parts/fieldRules'
import { followsOwner, prefill, type Maker } from '../../parts/prefill'
import { problemText } from '../../parts/problem'
import { useCircumstances } from '../../parts/useCircumstances'
import { usePhone } from '../../parts/usePhone'
import { Refused } from '../convert/Refused'
import { EntryWarning } from '../duplicates/EntryWarning'
import { titleOf } from './views'
import '../convert/convert.css'

const leadFirst = ['company', 'name', 'phone', 'source', 'industry', 'budget', 'region', 'email', 'note']

/** The short form for one new record; what is left blank can be written on its page. */
export function CreateDrawer({ object, onClose }: { object: ObjectMeta; onClose: () => void }) {
  const { t } = useTranslation()
  const phone = usePhone()
  const { message } = App.useApp()
  const navigate = useNavigate()
  const create = useCreateRecord(object.name)
  const meta = useMeta()
  const [params] = useSearchParams()
  const about = useCircumstances()
  const { user } = useSession()
  const maker: Maker = { ...about, id: user.id, unit: user.unit }
  const [values, setValues] = useState<Record<string, unknown>>(() => ({ ...defaults(object, maker), ...given(params) }))
  const refs = useGivenRefs(object, values)
  const aside = new Set(meta.validations.filter((v) => v.object === object.name).flatMap((v) => [v.confirm, v.pass?.reason])) // asked for when it matters
  const writable = object.fields.filter((f) => !f.readonly && !f.system && !['auto_number', 'json'].includes(f.type) && !['stage', 'external_id', 'converted', 'tags', 'lost_reason'].includes(f.name) && !aside.has(f.name) && (f.name !== 'owner' || values.owner !== undefined))
  const short = object.name === 'lead' ? leadFirst.flatMap((n) => writable.filter((f) => f.name === n)) : writable.slice(0, 10).concat(writable.slice(10).filter((f) => values[f.name] !== undefined))
  const required = (f: Field): boolean => isRequired(f, values, about)
  const chosen = short.concat(writable.filter((f) => !short.includes(f) && (required(f) || f.visible_when !== undefined))).filter((f) => isShown(f, values, about))
  const problem = create.error instanceof Problem ? create.error : null
  const refused = problem?.errors.some((e) => e.kind === 'validation' && e.code !== 'pass_right_needed')
  const errorOf = (name: string) => problem?.errors.find((e) => !(refused && e.kind === 'validation') && e.pointer?.replace(/^\//, '').split('/').includes(name))
  const submit = (more: Record<string, unknown> = {}): void => {
    const given = Object.fromEntries(Object.entries({ ...values, ...more }).filter(([name, v]) => (v !== null && v !== '') || cleared(object, name)))
    create.mutate(given, {
      onSuccess: (made) => {
        void message.success(made.outcome === 'merged' ? t('create.merged', { name: titleOf(made.record, object) ?? '' }) : t('create.done'))
        void navigate(`/objects/${object.name}/${made.record.id}`)
      },
    })
  }
  return (
    <Drawer
      open
      onClose={onClose}
      title={t('create.title', { object: titled(object.title) })}
      placement={phone ? 'bottom' : 'right'}
      size={phone ? '90%' : 420}
      footer={<div className="row"><Button type="primary" loading={create.isPending} onClick={() => submit()}>{t('create.save')}</Button><Button onClick={onClose}>{t('action.cancel')}</Button></div>}
    >
      <Form layout="vertical" onFinish={() => submit()}>
        {refused && problem ? <Refused problem={problem} object={object} saving={create.isPending} onSave={(more) => { setValues((old) => ({ ...old, ...more })); submit(more) }} /> : create.error ? <Alert type="error" role="alert" showIcon title={problemText(create.error)} style={{ marginBottom: 16 }} /> : null}
        <EntryWarning object={object} values={values} />
        {chosen.map((field, i) => {
          const error = errorOf(field.name)
          return (
            <Form.Item key={field.name} label={titled(field.title, field.name)} required={required(field)} validateStatus={error ? 'error' : undefined} help={error ? [error.message, error.hint].filter(Boolean).join(' ') : undefined} extra={titled(field.help) || undefined}>
              <FieldEdit field={field} label={titled(field.title, field.name)} autoFocus={i === 0} value={values[field.name] === undefined && followsOwner(field) ? prefill(field, maker) : values[field.name]} refs={refs} onChange={(v) => setValues((old) => ({ ...old, [field.name]: v }))} />
            </Form.Item>
          )
        })}
        <button type="submit" hidden aria-hidden tabIndex={-1} />
      </Form>
    </Drawer>
  )
}

/** Fields start as the server would fill them in, so that this is seen before it is saved. */
function defaults(object: ObjectMeta, maker: Maker): Record<string, unknown> {
  return Object.fromEntries(object.fields.filter((f) => f.name !== 'stage' && !f.readonly && !followsOwner(f)).flatMap((f) => {
    const value = prefill(f, maker)
    return value === undefined ? [] : [[f.name, value]]
  }))
}

/** A default that somebody took out is sent as empty; all other empty fields are left out. */
const cleared = (object: ObjectMeta, name: string): boolean => object.fields.some((f) => f.name === name && f.default !== undefined && f.default !== null)

/** What the address gives the new record: ?set.customer=… */
function given(params: URLSearchParams): Record<string, unknown> {
  const out: Record<string, unknown> = {}
  for (const [key, value] of params) if (key.startsWith('set.')) out[key.slice(4)] = value
  return out
}

/** The names of the records that were given. */
function useGivenRefs(object: ObjectMeta, values: Record<string, unknown>): Refs {
  const meta = useMeta()
  const pointing = object.fields.filter((f) => f.type === 'relation' && f.target && values[f.name] && meta.objects.some((o) => o.name === f.target))
  const read = useQueries({ queries: pointing.map((f) => recordQuery(f.target ?? '', String(values[f.name]))) })
  const refs: Refs = {}
  pointing.forEach((f, i) => {
    const record = read[i]?.data?.record
    const title = record ? titleOf(record, meta.objects.find((o) => o.name === f.target)) : null
    if (title) refs[f.target ?? ''] = { ...refs[f.target ?? ''], [String(values[f.name])]: title }
  })
  return refs
}
