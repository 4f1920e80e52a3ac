import { Alert, Button, Progress } from 'antd'
import type { ReactNode } from 'react'
import { useTranslation } from 'react-i18next'
import { rejectedRowsURL } from '../../api/client'
import type { Job } from '../../api/types'

export const ended = (job: Job | undefined): boolean => job?.state === 'done' || job?.state === 'failed'

/** How far long work is, or that it failed. */
export function JobLine({ job, onCancel, children }: { job?: Job; onCancel?: () => void; children?: ReactNode }) {
  const { t } = useTranslation()
  if (!job || !ended(job)) {
    return (
      <div className="row job-line" role="status">
        <Progress className="grow" size="small" percent={Math.floor((job?.progress ?? 0) * 100)} aria-label={t('views.progress')} />
        <span className="muted small num">{t('views.done', { done: job?.done ?? 0, total: job?.total ?? 0 })}</span>
        {onCancel ? <Button size="small" onClick={onCancel}>{t('views.cancel')}</Button> : null}
      </div>
    )
  }
  if (job.state === 'failed') return <Alert type={job.cancelled ? 'info' : 'error'} showIcon role="alert" title={job.cancelled ? t('views.cancelled') : (job.error ?? t('views.failed'))} />
  return <div role="status">{children}</div>
}

/** The rows that long work refused, each with its reason. */
export function RefusedRows({ job }: { job: Job }) {
  const { t } = useTranslation()
  const rows = (job.errors ?? []).filter((e) => e.code !== 'failed')
  if (rows.length === 0) return null
  return (
    <>
      <ul className="refused-rows">
        {rows.slice(0, 20).map((r, i) => <li key={`${r.line}-${i}`}><strong>{r.value || r.line}</strong> <span className="muted">{r.message}</span></li>)}
      </ul>
      <a href={rejectedRowsURL(job, 'xlsx')} download>{t('views.refusedFile')}</a>
    </>
  )
}
