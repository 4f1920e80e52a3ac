import { DownloadOutlined } from '@ant-design/icons'
import { Alert, Button, Progress } from 'antd'
import { useTranslation } from 'react-i18next'
import { Link, useNavigate, useParams } from 'react-router'
import { rejectedRowsURL } from '../../api/client'
import { usePairs } from '../../api/duplicates'
import { useJob } from '../../api/jobs'
import { useObject } from '../../api/session'
import type { Job } from '../../api/types'
import { titled } from '../../i18n/titled'
import { exactInstant, integer, span } from '../../parts/format'
import { Card, PageHead } from '../../parts/PageHead'
import { Failed, Loading } from '../../parts/States'
import { UndoButton } from './RecentImports'
import './import.css'

/** One import while it runs and after; its address finds it again. */
export default function ImportJobPage() {
  const { t } = useTranslation()
  const { jobId = '' } = useParams()
  const job = useJob(jobId)
  return (
    <div className="page">
      {job.isPending ? <Loading rows={6} />
        : job.isError && !job.data ? <Failed error={job.error} retry={() => void job.refetch()} />
        : <Body job={job.data} title={titled(job.data.title, t('job.kind.import'))} />}
    </div>
  )
}

function Body({ job, title }: { job: Job; title: string }) {
  const { t } = useTranslation()
  const navigate = useNavigate()
  const running = job.state === 'queued' || job.state === 'running'
  const by = typeof job.by === 'string' ? job.by : job.by?.name
  const result = job.result
  const percent = job.state === 'done' ? 100 : Math.floor((job.progress || 0) * 100)
  return (
    <>
      <PageHead title={title} extra={<span>{[by, job.created_at ? exactInstant(job.created_at) : ''].filter(Boolean).join(' · ')}</span>}>
        <UndoButton job={job} />
        {running ? null : <Button onClick={() => void navigate('/import')}>{t('import.again')}</Button>}
        {running ? null : <Button type="primary" onClick={() => void navigate('/objects/lead?view=all')}>{t('import.toList')}</Button>}
      </PageHead>
      <Card testid="import-result" className={`import-state-${job.state}`}>
        <div className="import-progress" role="status">
          <strong data-state={job.state}>{t(`${job.kind === 'import' ? 'import.state' : `importer.state.${job.kind}`}.${job.state}`)}</strong>
          {running ? (
            <span className="muted">
              {[
                result || job.done ? t('import.rowsDone', { rows: integer(result?.rows ?? job.done) }) : '',
                job.rate ? t('import.rate', { rate: integer(Math.round(job.rate)) }) : '',
                typeof job.eta_seconds === 'number' ? t('import.left', { span: span(job.eta_seconds * 1000) }) : '',
              ].filter(Boolean).join(' · ')}
            </span>
          ) : null}
        </div>
        <Progress percent={percent} status={job.state === 'failed' ? 'exception' : job.state === 'done' ? 'success' : 'active'} aria-label={t('import.progress')} />
        {result && job.kind === 'import_undo' ? (
          <dl className="import-figures">
            <Figure label={t('import.figure.rows')} value={result.rows} name="rows" />
            <Figure label={t('importer.deleted')} value={result.deleted ?? 0} name="deleted" />
            <Figure label={t('importer.restored')} value={result.restored ?? 0} name="restored" />
            <Figure label={t('importer.kept')} value={result.kept ?? 0} name="kept" />
          </dl>
        ) : result ? (
          <dl className="import-figures">
            <Figure label={t('import.figure.rows')} value={result.rows} name="rows" />
            <Figure label={t('import.figure.created')} value={result.created} name="created" tone="ok" />
            <Figure label={t('import.figure.merged')} value={result.merged} name="merged" />
            <Figure label={t('import.figure.rejected')} value={result.rejected} name="rejected" tone={result.rejected > 0 ? 'bad' : undefined} />
          </dl>
        ) : null}
        {job.error ? <Alert type="error" role="alert" showIcon title={job.error} /> : null}
        {job.kind === 'import' && job.state === 'done' ? <Alike job={job.id} /> : null}
        {running ? <p className="muted small">{t('import.leaveHint')}</p> : null}
      </Card>
      <Rejected job={job} />
    </>
  )
}

/** How many of what came in may stand already; found in the background, moments after the import. */
function Alike({ job }: { job: string }) {
  const { t } = useTranslation()
  const reads = Boolean(useObject('lead'))
  const pairs = usePairs('lead', { import: job }, reads)
  const count = pairs.data?.pages.reduce((n, p) => n + p.pairs.length, 0) ?? 0
  if (count === 0) return null
  return <p className="import-alike" data-testid="import-alike">{t('duplicates.importPairs', { count: pairs.hasNextPage ? `${count}+` : count })} <Link to={`/duplicates?object=lead&import=${job}`}>{t('duplicates.importPairsGo')}</Link></p>
}

function Figure({ label, value, name, tone }: { label: string; value: number; name: string; tone?: string }) {
  return <div data-figure={name}><dt>{label}</dt><dd className={tone}>{integer(value)}</dd></div>
}

function Rejected({ job }: { job: Job }) {
  const { t } = useTranslation()
  const errors = job.errors ?? []
  if (errors.length === 0) return null
  const back = job.kind === 'import_undo'
  const total = (back ? job.result?.kept : job.result?.rejected) ?? errors.length
  return (
    <Card className="import-part" title={t(back ? 'importer.keptList' : 'import.rejected', { count: total })} extra={<span className="row"><a href={rejectedRowsURL(job, 'xlsx')} download><DownloadOutlined aria-hidden /> {t('importer.downloadXLSX')}</a><a href={rejectedRowsURL(job)} download>{t('importer.downloadCSV')}</a></span>}>
      <p className="muted small import-note">{t(back ? 'importer.keptHint' : 'import.rejectedHint')}</p>
      <div className="table-wrap">
        <table className="plain-table">
          <thead><tr><th scope="col" className="num">{t('import.line')}</th><th scope="col">{t('import.column')}</th><th scope="col">{t('import.value')}</th><th scope="col">{t('import.reason')}</th></tr></thead>
          <tbody>
            {errors.map((e, i) => (
              <tr key={i}>
                <td className="num">{e.line}</td>
                <td className="nowrap">{e.column || '—'}</td>
                <td>{e.value ? <code className="import-value">{e.value}</code> : '—'}</td>
                <td>{e.message}{e.hint ? <div className="muted small">{e.hint}</div> : null}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      {total > errors.length ? <p className="muted small">{t('import.firstOnly', { count: errors.length })}</p> : null}
    </Card>
  )
}
