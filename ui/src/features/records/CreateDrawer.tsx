import { Alert, App, Button, Drawer, Form } from 'antd'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useNavigate } from 'react-router'
import { Problem } from '../../api/client'
import { useCreateRecord } from '../../api/records'
import type { ObjectMeta } from '../../api/types'
import { FieldEdit } from '../../fields'
import { titled } from '../../i18n/titled'
import { problemText } from '../../parts/problem'
import { usePhone } from '../../parts/usePhone'
import { titleOf } from './views'

const leadFirst = ['company', 'name', 'phone', 'source', 'industry', 'budget', 'region', 'email', 'note']

/** The short form for one new record; what is left blank can be written on its page. */
export function CreateDrawer({ object, onClose }: { object: ObjectMeta; onClose: () => void }) {
  const { t } = useTranslation()
  const phone = usePhone()
  const { message } = App.useApp()
  const navigate = useNavigate()
  const create = useCreateRecord(object.name)
  const [values, setValues] = useState<Record<string, unknown>>({})
  const writable = object.fields.filter((f) => !f.readonly && !f.system && !['auto_number', 'json'].includes(f.type) && !['owner', 'stage', 'external_id', 'converted', 'tags'].includes(f.name))
  const chosen = object.name === 'lead' ? leadFirst.flatMap((n) => writable.filter((f) => f.name === n)) : writable.slice(0, 10)
  const problem = create.error instanceof Problem ? create.error : null
  const errorOf = (name: string) => problem?.errors.find((e) => e.pointer?.replace(/^\//, '').split('/').includes(name))
  const submit = (): void => {
    const given = Object.fromEntries(Object.entries(values).filter(([, v]) => v !== null && v !== ''))
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
      footer={<div className="row"><Button type="primary" loading={create.isPending} onClick={submit}>{t('create.save')}</Button><Button onClick={onClose}>{t('action.cancel')}</Button></div>}
    >
      <Form layout="vertical" onFinish={submit}>
        {create.error ? <Alert type="error" role="alert" showIcon title={problemText(create.error)} style={{ marginBottom: 16 }} /> : null}
        {chosen.map((field, i) => {
          const error = errorOf(field.name)
          return (
            <Form.Item key={field.name} label={titled(field.title, field.name)} validateStatus={error ? 'error' : undefined} help={error ? [error.message, error.hint].filter(Boolean).join(' ') : undefined} extra={titled(field.help) || undefined}>
              <FieldEdit field={field} label={titled(field.title, field.name)} autoFocus={i === 0} value={values[field.name]} onChange={(v) => setValues((old) => ({ ...old, [field.name]: v }))} />
            </Form.Item>
          )
        })}
        <button type="submit" hidden aria-hidden tabIndex={-1} />
      </Form>
    </Drawer>
  )
}
