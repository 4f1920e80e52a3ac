import { Alert, Button, Form, Modal, Radio, Select } from 'antd'
import { useQueryClient } from '@tanstack/react-query'
import { useEffect, useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { Condition } from '../../api/condition'
import { useJob } from '../../api/jobs'
import { keys } from '../../api/keys'
import type { Field, ObjectMeta } from '../../api/types'
import { useBulkEdit, useCancelJob, useRevert } from '../../api/views'
import { FieldEdit } from '../../fields'
import { titled } from '../../i18n/titled'
import { problemText } from '../../parts/problem'
import { ended, JobLine, RefusedRows } from './JobLine'

interface Props { object: ObjectMeta; ids: string[]; filter?: Condition; q?: string; count: string; onClose: () => void }

const changeable = (f: Field): boolean => !f.readonly && !f.system && !['auto_number', 'json'].includes(f.type)

/** One value for many records: for those selected, or all that the list finds; taken back as long as one looks at it. */
export function BulkEditModal({ object, ids, filter, q, count, onClose }: Props) {
  const { t } = useTranslation()
  const client = useQueryClient()
  const fields = object.fields.filter(changeable)
  const [name, setName] = useState<string>()
  const [value, setValue] = useState<unknown>(null)
  const [all, setAll] = useState(false)
  const [job, setJob] = useState('')
  const [back, setBack] = useState('')
  const start = useBulkEdit(object.name)
  const revert = useRevert()
  const cancel = useCancelJob()
  const field = fields.find((f) => f.name === name)
  const renew = (): void => { void client.invalidateQueries({ queryKey: keys.list(object.name) }) }
  const submit = (): void => {
    if (field) start.mutate({ ...(all ? { all: true, filter, q } : { ids }), values: { [field.name]: value } }, { onSuccess: setJob })
  }
  return (
    <Modal
      open title={t('views.bulk.title', { object: titled(object.title) })} onCancel={onClose} cancelText={t('action.cancel')} okText={t('views.bulk.do')}
      onOk={submit} okButtonProps={{ disabled: !field, loading: start.isPending }}
      footer={job ? [<Button key="close" onClick={onClose}>{t('views.close')}</Button>] : undefined}
    >
      {job ? <Outcome job={job} back={back} onUndo={() => revert.mutate(job, { onSuccess: setBack })} undoing={revert.isPending} error={revert.error} onCancel={() => cancel.mutate(back || job)} onChanged={renew} /> : (
        <Form layout="vertical" onFinish={submit}>
          <Form.Item label={t('views.bulk.which')}>
            <Radio.Group value={all} onChange={(e) => setAll(Boolean(e.target.value))} options={[{ value: false, label: t('views.bulk.selected', { count: ids.length }) }, { value: true, label: t('views.bulk.all', { count }) }]} />
          </Form.Item>
          <Form.Item label={t('views.bulk.field')}>
            <Select aria-label={t('views.bulk.field')} showSearch={{ optionFilterProp: 'label' }} value={name} options={fields.map((f) => ({ value: f.name, label: titled(f.title, f.name) }))} onChange={(next: string) => { setName(next); setValue(null) }} />
          </Form.Item>
          {field ? <Form.Item label={t('views.bulk.value')} extra={t('views.bulk.blank')}><FieldEdit key={field.name} field={field} label={titled(field.title, field.name)} value={value} onChange={setValue} /></Form.Item> : null}
          {start.error ? <Alert type="error" role="alert" showIcon title={problemText(start.error)} /> : null}
        </Form>
      )}
    </Modal>
  )
}

interface OutcomeProps { job: string; back: string; undoing: boolean; error: unknown; onUndo: () => void; onCancel: () => void; onChanged: () => void }

function Outcome({ job: id, back: backID, undoing, error, onUndo, onCancel, onChanged }: OutcomeProps) {
  const { t } = useTranslation()
  const { data: job } = useJob(id)
  const over = ended(job)
  useEffect(() => { if (over) onChanged() }, [over]) // eslint-disable-line react-hooks/exhaustive-deps -- once, when it ends
  return (
    <>
      <JobLine job={job} onCancel={onCancel}>
        <p>{t('views.bulk.done', { changed: job?.result?.changed ?? 0, unchanged: job?.result?.unchanged ?? 0, refused: job?.result?.refused ?? 0 })}</p>
      </JobLine>
      {job && over ? <RefusedRows job={job} /> : null}
      {job && over && !backID ? <Button loading={undoing} disabled={(job.result?.changed ?? 0) === 0} onClick={onUndo}>{t('views.undo')}</Button> : null}
      {error ? <Alert type="error" role="alert" showIcon title={problemText(error)} /> : null}
      {backID ? <Back id={backID} onCancel={onCancel} onChanged={onChanged} /> : null}
    </>
  )
}

function Back({ id, onCancel, onChanged }: { id: string; onCancel: () => void; onChanged: () => void }) {
  const { t } = useTranslation()
  const { data: job } = useJob(id)
  const over = ended(job)
  useEffect(() => { if (over) onChanged() }, [over]) // eslint-disable-line react-hooks/exhaustive-deps -- once, when it ends
  return (
    <>
      <JobLine job={job} onCancel={onCancel}><p>{t('views.bulk.undone', { restored: job?.result?.restored ?? 0, kept: job?.result?.kept ?? 0 })}</p></JobLine>
      {job && over ? <RefusedRows job={job} /> : null}
    </>
  )
}
