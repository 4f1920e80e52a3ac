import { Alert, App, Button, Checkbox, DatePicker, Progress, Segmented, Select, Switch } from 'antd'
import type { Dayjs } from 'dayjs'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useNavigate } from 'react-router'
import { useLook, useReading, useStartImport, type ImportLook } from '../../api/jobs'
import type { ImportPreview, ImportUpload } from '../../api/types'
import { integer } from '../../parts/format'
import { Card } from '../../parts/PageHead'
import { problemText } from '../../parts/problem'
import { Loading } from '../../parts/States'
import { addField, MappingTable } from './MappingTable'
import { PreviewRecords } from './PreviewRecords'
import { TrialCard } from './TrialCard'

interface Props { object: string; upload: ImportUpload }

/** A kept file: which sheet and header, then what follows from them. */
export function ImportPlan({ object, upload }: Props) {
  const { t } = useTranslation()
  const [sheet, setSheet] = useState<string>()
  const [header, setHeader] = useState<number>()
  const look = useLook(object, upload.id, { sheet, header_row: header })
  const preview = look.data
  const reading = useReading(object, upload.id, upload.format === 'xlsx' && look.isFetching).data ?? 0
  if (look.isError) return <Alert className="import-part" type="error" role="alert" showIcon title={t('import.unreadable')} description={problemText(look.error)} />
  if (!preview) {
    return (
      <Card className="import-part">
        <p className="muted" role="status">{t('import.reading')}</p>
        {reading > 0 ? <Progress percent={Math.floor(reading * 100)} aria-label={t('import.reading')} /> : null}
        <Loading rows={5} />
      </Card>
    )
  }
  return (
    <>
      <Card className="import-part" title={t('importer.where')} extra={look.isPlaceholderData ? (reading > 0 ? `${t('import.reading')} ${Math.floor(reading * 100)}%` : t('import.reading')) : preview.format === 'xlsx' ? t('importer.sheetRead', { rows: integer(preview.row_estimate) }) : undefined}>
        {upload.sheets.length > 1 ? (
          <div className="import-sheets">
            <span className="muted small">{t('importer.sheet')}</span>
            <Segmented
              aria-label={t('importer.sheet')}
              value={preview.sheet}
              options={upload.sheets.map((s) => ({ value: s.name, label: s.hidden ? t('importer.hiddenSheet', { name: s.name }) : s.name }))}
              onChange={(next) => {
                setSheet(next)
                setHeader(undefined)
              }}
            />
          </div>
        ) : null}
        <div className="import-sheets">
          <label className="muted small" htmlFor="import-header">{t('importer.header')}</label>
          <Select
            id="import-header"
            className="import-header"
            aria-label={t('importer.header')}
            value={preview.header_row}
            popupMatchSelectWidth={false}
            options={preview.head_rows.map((r) => ({ value: r.line, label: t('importer.headerLine', { line: r.line, cells: r.cells.filter(Boolean).slice(0, 6).join(' · ') }) }))}
            onChange={setHeader}
          />
          <span className="muted small">{t('importer.headerHint')}</span>
        </div>
        {preview.formulas > 0 ? <p className="muted small import-note-low">{t(preview.unsolved > 0 ? 'importer.formulasUnsolved' : 'importer.formulas', { count: preview.formulas, unsolved: preview.unsolved })}</p> : null}
      </Card>
      <Plan key={`${preview.sheet}/${preview.header_row}`} object={object} upload={upload} preview={preview} />
    </>
  )
}

function Plan({ object, upload, preview }: Props & { preview: ImportPreview }) {
  const { t } = useTranslation()
  const { message } = App.useApp()
  const navigate = useNavigate()
  const start = useStartImport(object, upload.id)
  const trial = useStartImport(object, upload.id)
  const [fields, setFields] = useState<(string | null)[]>(() => preview.columns.map((c) => c.field))
  const [types, setTypes] = useState<string[]>(() => preview.columns.map((c) => c.guess ?? 'text'))
  const [assign, setAssign] = useState(true)
  const [countdown, setCountdown] = useState(true)
  const [past, setPast] = useState(false)
  const [happened, setHappened] = useState<Dayjs | null>(null)
  const mapped = fields.filter(Boolean).length
  const mapping = Object.fromEntries(preview.columns.flatMap((c, i) => {
    const field = fields[i]
    return field && field !== addField ? [[field, c.name]] : []
  }))
  const plan: ImportLook = {
    sheet: preview.sheet || undefined,
    header_row: preview.header_row,
    mapping,
    options: { assign, countdown, happened_at: past && happened ? happened.toISOString() : null },
  }
  const added = preview.columns.flatMap((c, i) => (fields[i] === addField ? [{ column: c.name, type: types[i] ?? 'text' }] : []))
  const asked = JSON.stringify([plan, added])
  const [tried, setTried] = useState<{ job: string; asked: string } | null>(null)
  const records = useLook(object, upload.id, plan)
  const lost = preview.columns.filter((_, i) => !fields[i]).length
  const go = (): void => {
    start.mutate({ ...plan, new_fields: added }, {
      onSuccess: ({ job }) => {
        void message.success(t('import.started'))
        void navigate(`/import/${job.id}`)
      },
    })
  }
  return (
    <>
      <Card
        className="import-part"
        title={t('import.columns')}
        extra={<span data-testid="import-read">{t('import.read', { encoding: preview.format === 'xlsx' ? 'Excel' : preview.encoding, rows: integer(preview.row_estimate), mapped, of: preview.columns.length })}</span>}
      >
        {lost > 0 ? <p className="muted small import-note-low">{t(preview.may_add_fields ? 'importer.lostMay' : 'importer.lostMayNot', { count: lost })}</p> : null}
        <MappingTable
          preview={preview}
          fields={fields}
          types={types}
          onChange={(i, name) => setFields((old) => old.map((f, at) => (at === i ? name : f === name && name && name !== addField ? null : f)))}
          onType={(i, type) => setTypes((old) => old.map((x, at) => (at === i ? type : x)))}
        />
      </Card>
      <PreviewRecords preview={preview} look={records} fields={fields} />
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
        {tried && tried.asked === asked ? <TrialCard id={tried.job} /> : null}
        {start.error || trial.error ? <Alert type="error" role="alert" showIcon title={problemText(start.error ?? trial.error)} className="import-part" /> : null}
        <div className="row import-go">
          <Button type="primary" data-testid="import-start" disabled={mapped === 0} loading={start.isPending} onClick={go}>{t('import.start', { rows: integer(preview.row_estimate) })}</Button>
          <Button
            data-testid="import-trial"
            disabled={Object.keys(mapping).length === 0}
            loading={trial.isPending}
            onClick={() => trial.mutate({ ...plan, trial: true }, { onSuccess: ({ job }) => setTried({ job: job.id, asked }) })}
          >
            {t('importer.try')}
          </Button>
          {mapped === 0 ? <span className="muted small">{t('import.mapOne')}</span> : <span className="muted small">{t('importer.tryHint')}</span>}
        </div>
      </Card>
    </>
  )
}
