import { Alert, App, Button, Drawer, Form } from 'antd'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useQueries } from '@tanstack/react-query'
import { useNavigate, useSearchParams } from 'react-router'
import { Problem } from '../../api/client'
import { recordQuery, useCreateRecord } from '../../api/records'
import { useMeta } from '../../api/session'
import type { ObjectMeta, Refs } from '../../api/types'
import { FieldEdit } from '../../fields'
import { titled } from '../../i18n/titled'
import { problemText } from '../../parts/problem'
import { usePhone } from '../../parts/usePhone'
import { Refused } from '../convert/Refused'
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
  const [values, setValues] = useState<Record<string, unknown>>(() => ({ ...defaults(object), ...given(params) }))
  const refs = useGivenRefs(object, values)
  const aside = new Set(meta.validations.filter((v) => v.object === object.name).flatMap((v) => [v.confirm, v.pass?.reason])) // asked for when it matters
  const writable = object.fields.filter((f) => !f.readonly && !f.system && !['auto_number', 'json'].includes(f.type) && !['stage', 'external_id', 'converted', 'tags', 'lost_reason'].includes(f.name) && !aside.has(f.name) && (f.name !== 'owner' || values.owner !== undefined))
  const chosen = object.name === 'lead' ? leadFirst.flatMap((n) => writable.filter((f) => f.name === n)) : writable.slice(0, 10).concat(writable.slice(10).filter((f) => values[f.name] !== undefined))
  const problem = create.error instanceof Problem ? create.error : null
  const refused = problem?.errors.some((e) => e.kind === 'validation' && e.code !== 'pass_right_needed')
  const errorOf = (name: string) => problem?.errors.find((e) => !(refused && e.kind === 'validation') && e.pointer?.replace(/^\//, '').split('/').includes(name))
  const submit = (more: Record<string, unknown> = {}): void => {
    const given = Object.fromEntries(Object.entries({ ...values, ...more }).filter(([, v]) => v !== null && v !== ''))
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
        {chosen.map((field, i) => {
          const error = errorOf(field.name)
          return (
            <Form.Item key={field.name} label={titled(field.title, field.name)} validateStatus={error ? 'error' : undefined} help={error ? [error.message, error.hint].filter(Boolean).join(' ') : undefined} extra={titled(field.help) || undefined}>
              <FieldEdit field={field} label={titled(field.title, field.name)} autoFocus={i === 0} value={values[field.name]} refs={refs} onChange={(v) => setValues((old) => ({ ...old, [field.name]: v }))} />
            </Form.Item>
          )
        })}
        <button type="submit" hidden aria-hidden tabIndex={-1} />
      </Form>
    </Drawer>
  )
}

/** Choices start as the server would fill them in, so that they are seen before they are saved. */
function defaults(object: ObjectMeta): Record<string, unknown> {
  return Object.fromEntries(object.fields.filter((f) => f.type === 'choice' && f.default && f.name !== 'stage').map((f) => [f.name, f.default]))
}

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
