import { CloudUploadOutlined } from '@ant-design/icons'
import { Alert, App, Button, Checkbox, DatePicker, Switch, Upload } from 'antd'
import type { Dayjs } from 'dayjs'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useNavigate } from 'react-router'
import { usePreviewImport, useStartImport } from '../../api/jobs'
import { useObject, useRight } from '../../api/session'
import type { ImportPreview } from '../../api/types'
import { titled } from '../../i18n/titled'
import { integer } from '../../parts/format'
import { Card, PageHead } from '../../parts/PageHead'
import { problemText } from '../../parts/problem'
import { Loading, NoRight } from '../../parts/States'
import { MappingTable } from './MappingTable'
import './import.css'

const object = 'lead'

/** Choose a file, see how its columns are understood, correct them, start. */
export default function ImportPage() {
  const { t } = useTranslation()
  const allowed = useRight('leads.import')
  const seen = useObject(object) // who only brings leads in sees none
  return (
    <div className="page">
      <PageHead title={seen ? t('import.title', { object: titled(seen.title, object) }) : t('nav.import')} extra={<span>{t('import.about')}</span>} />
      {allowed ? <Choose /> : <NoRight />}
    </div>
  )
}

function Choose() {
  const { t } = useTranslation()
  const preview = usePreviewImport(object)
  const [file, setFile] = useState<File | null>(null)
  const choose = (next: File): void => {
    setFile(next)
    preview.mutate(next)
  }
  return (
    <>
      <Upload.Dragger
        className={preview.data ? 'drop is-small' : 'drop'}
        accept=".csv,.txt,text/csv"
        showUploadList={false}
        beforeUpload={(next) => {
          choose(next)
          return false
        }}
      >
        {preview.data && file ? (
          <span>{file.name} · <span className="muted">{t('import.another')}</span></span>
        ) : (
          <>
            <p className="drop-icon" aria-hidden><CloudUploadOutlined /></p>
            <p className="drop-title">{t('import.drop')}</p>
            <p className="muted small">{t('import.dropHint')}</p>
          </>
        )}
      </Upload.Dragger>
      {preview.isPending ? <Card className="import-part"><p className="muted">{t('import.reading')}</p><Loading rows={5} /></Card> : null}
      {preview.isError ? <Alert className="import-part" type="error" role="alert" showIcon title={t('import.unreadable')} description={problemText(preview.error)} /> : null}
      {preview.data && file ? <Plan key={`${file.name}/${file.size}/${file.lastModified}`} file={file} preview={preview.data} /> : null}
    </>
  )
}

function Plan({ file, preview }: { file: File; preview: ImportPreview }) {
  const { t } = useTranslation()
  const { message } = App.useApp()
  const navigate = useNavigate()
  const start = useStartImport(object)
  const [fields, setFields] = useState<(string | null)[]>(() => preview.columns.map((c) => c.field))
  const [assign, setAssign] = useState(true)
  const [countdown, setCountdown] = useState(true)
  const [past, setPast] = useState(false)
  const [happened, setHappened] = useState<Dayjs | null>(null)
  const mapped = fields.filter(Boolean).length
  const go = (): void => {
    const mapping = Object.fromEntries(preview.columns.flatMap((c, i) => (fields[i] ? [[fields[i], c.name]] : [])))
    start.mutate(
      { file, mapping, options: { assign, countdown, happened_at: past && happened ? happened.toISOString() : null } },
      {
        onSuccess: ({ job }) => {
          void message.success(t('import.started'))
          void navigate(`/import/${job.id}`)
        },
      },
    )
  }
  return (
    <>
      <Card
        className="import-part"
        title={t('import.columns')}
        extra={t('import.read', { encoding: preview.encoding, rows: integer(preview.row_estimate), mapped, of: preview.columns.length })}
      >
        <MappingTable preview={preview} fields={fields} onChange={(i, name) => setFields((old) => old.map((f, at) => (at === i ? name : f === name && name ? null : f)))} />
      </Card>
      <Card className="import-part" title={t('import.options')}>
        <div className="import-options">
          <label className="import-option">
            <Switch checked={assign} onChange={setAssign} aria-label={t('import.assign')} />
            <span><strong>{t('import.assign')}</strong><span className="muted small">{t('import.assignHint')}</span></span>
          </label>
          <label className="import-option">
            <Switch checked={countdown} onChange={setCountdown} aria-label={t('import.countdown')} />
            <span><strong>{t('import.countdown')}</strong><span className="muted small">{t('import.countdownHint')}</span></span>
          </label>
          <div className="import-option">
            <Checkbox checked={past} onChange={(e) => setPast(e.target.checked)}>{t('import.past')}</Checkbox>
            {past ? <DatePicker showTime aria-label={t('import.happenedAt')} value={happened} onChange={setHappened} /> : null}
          </div>
        </div>
        {start.error ? <Alert type="error" role="alert" showIcon title={problemText(start.error)} className="import-part" /> : null}
        <div className="row import-go">
          <Button type="primary" data-testid="import-start" disabled={mapped === 0} loading={start.isPending} onClick={go}>{t('import.start', { rows: integer(preview.row_estimate) })}</Button>
          {mapped === 0 ? <span className="muted small">{t('import.mapOne')}</span> : <span className="muted small">{t('import.leaveHint')}</span>}
        </div>
      </Card>
    </>
  )
}
