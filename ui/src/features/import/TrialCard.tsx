import { Progress } from 'antd'
import { useTranslation } from 'react-i18next'
import { rejectedRowsURL } from '../../api/client'
import { useJob } from '../../api/jobs'
import { integer, span } from '../../parts/format'
import { problemText } from '../../parts/problem'

/** A trial while it runs, and what the import would come to. */
export function TrialCard({ id }: { id: string }) {
  const { t } = useTranslation()
  const { data: job, error } = useJob(id)
  if (error && !job) return <p className="bad" role="alert">{problemText(error)}</p>
  const running = !job || job.state === 'queued' || job.state === 'running'
  const result = job?.result
  return (
    <div className="import-trial" data-testid="import-trial-result" data-state={job?.state ?? 'queued'} role="status">
      {running ? (
        <>
          <strong>{t('importer.trying')}</strong>
          <span className="muted small"> {[result ? t('import.rowsDone', { rows: integer(result.rows) }) : '', job?.rate ? t('import.rate', { rate: integer(Math.round(job.rate)) }) : '', typeof job?.eta_seconds === 'number' ? t('import.left', { span: span(job.eta_seconds * 1000) }) : ''].filter(Boolean).join(' · ')}</span>
          <Progress percent={Math.floor((job?.progress ?? 0) * 100)} aria-label={t('import.progress')} />
        </>
      ) : job.state === 'failed' ? (
        <span className="bad">{job.error}</span>
      ) : result ? (
        <>
          <strong>{t('importer.tried', { rows: integer(result.rows), created: integer(result.created), merged: integer(result.merged), rejected: integer(result.rejected) })}</strong>
          {result.rejected > 0 ? (
            <>
              <ul>{(job.errors ?? []).slice(0, 5).map((e, i) => <li key={i} className="small">{t('importer.lineNo', { line: e.line })} {e.column}：{e.message}</li>)}</ul>
              <a href={rejectedRowsURL(job, 'xlsx')} download>{t('importer.downloadXLSX')}</a>
            </>
          ) : null}
        </>
      ) : null}
    </div>
  )
}
