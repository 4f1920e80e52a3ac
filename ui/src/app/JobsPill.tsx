import { useTranslation } from 'react-i18next'
import { Link } from 'react-router'
import { useActiveJobs } from '../api/jobs'
import { titled } from '../i18n/titled'

/** What is running now, with its share done; leads to its page. */
export function JobsPill() {
  const { t } = useTranslation()
  const { data } = useActiveJobs()
  const jobs = data?.jobs ?? []
  const first = jobs[0]
  if (!first) return null
  const title = titled(first.title, t(`job.kind.${first.kind}`, { defaultValue: t('job.kind.other') }))
  const text = t('job.pill', { title, percent: Math.floor((first.progress || 0) * 100) })
  return (
    <Link to={first.kind.includes('import') ? `/import/${first.id}` : first.result?.object ? `/objects/${first.result.object}` : '/config/revisions'} className="jobs-pill" aria-label={t('job.running', { text })}>
      <span className="jobs-text">{text}</span>
      {jobs.length > 1 ? <span> +{jobs.length - 1}</span> : null}
    </Link>
  )
}
