import { Alert, Button, Form, Modal, Radio } from 'antd'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useJob } from '../../api/jobs'
import type { Job, ObjectMeta } from '../../api/types'
import { exportURL, useCancelJob, useExport, useExports, type ExportAsk } from '../../api/views'
import { titled } from '../../i18n/titled'
import { exactInstant } from '../../parts/format'
import { problemText } from '../../parts/problem'
import { JobLine } from './JobLine'

interface Props { object: ObjectMeta; ask: Omit<ExportAsk, 'format'>; count: string; now: number; onClose: () => void }

/** What one sees as a file: made as a job, to be fetched for a day. */
export function ExportModal({ object, ask, count, now, onClose }: Props) {
  const { t } = useTranslation()
  const [format, setFormat] = useState<'xlsx' | 'csv'>('xlsx')
  const [id, setID] = useState('')
  const start = useExport(object.name)
  const cancel = useCancelJob()
  const { data: past } = useExports()
  const standing = (past ?? []).filter((j) => j.id !== id && j.state === 'done' && Date.parse(j.result?.expires ?? '') > now).slice(0, 5)
  return (
    <Modal
      open title={t('views.export.title', { object: titled(object.title) })} onCancel={onClose} cancelText={t('action.cancel')} okText={t('views.export.do')}
      onOk={() => start.mutate({ ...ask, format }, { onSuccess: setID })} okButtonProps={{ loading: start.isPending }}
      footer={id ? [<Button key="close" onClick={onClose}>{t('views.close')}</Button>] : undefined}
    >
      {id ? <Running id={id} onCancel={() => cancel.mutate(id)} /> : (
        <Form layout="vertical">
          <p>{t('views.export.what', { count, columns: ask.columns.length })}</p>
          <Form.Item label={t('views.export.format')}>
            <Radio.Group value={format} onChange={(e) => setFormat(e.target.value as 'xlsx' | 'csv')} options={[{ value: 'xlsx', label: t('views.export.xlsx') }, { value: 'csv', label: 'CSV' }]} />
          </Form.Item>
          <p className="muted small">{t('views.export.mark')}</p>
          {start.error ? <Alert type="error" role="alert" showIcon title={problemText(start.error)} /> : null}
        </Form>
      )}
      {standing.length > 0 ? (
        <>
          <p className="muted small">{t('views.export.past')}</p>
          <ul className="refused-rows">{standing.map((j) => <li key={j.id}><Download job={j} /> <span className="muted small">{t('views.export.until', { time: exactInstant(j.result?.expires ?? '') })}</span></li>)}</ul>
        </>
      ) : null}
    </Modal>
  )
}

function Running({ id, onCancel }: { id: string; onCancel: () => void }) {
  const { t } = useTranslation()
  const { data: job } = useJob(id)
  return (
    <JobLine job={job} onCancel={onCancel}>
      {job?.result ? <p>{t('views.export.ready', { rows: job.result.rows, time: exactInstant(job.result.expires ?? '') })} <Download job={job} /></p> : null}
    </JobLine>
  )
}

function Download({ job }: { job: Job }) {
  return <a href={exportURL(job.id)} download={job.result?.name}>{job.result?.name}</a>
}
