import { App, Button } from 'antd'
import { useTranslation } from 'react-i18next'
import { Link, useNavigate } from 'react-router'
import { useRecentImports, useUndoImport } from '../../api/jobs'
import { useRight } from '../../api/session'
import type { Job } from '../../api/types'
import { titled } from '../../i18n/titled'
import { exactInstant, integer } from '../../parts/format'
import { Card } from '../../parts/PageHead'
import { problemText } from '../../parts/problem'
import { Failed, Loading } from '../../parts/States'

/** Takes an import back after a word of warning; gone once it has been taken back. */
export function UndoButton({ job }: { job: Job }) {
  const { t } = useTranslation()
  const { modal, message } = App.useApp()
  const navigate = useNavigate()
  const allowed = useRight('leads.import')
  const undo = useUndoImport()
  if (job.kind !== 'import' || (job.state !== 'done' && job.state !== 'failed')) return null
  if (job.undo) return <Link to={`/import/${job.undo.id}`}>{t(job.undo.state === 'done' ? 'importer.undone' : 'importer.undoing')}</Link>
  if (!allowed) return null
  const ask = (): void => {
    modal.confirm({
      title: t('importer.undoAsk', { title: titled(job.title, '') }),
      content: t('importer.undoHint'),
      okText: t('importer.undo'),
      okButtonProps: { danger: true },
      onOk: async () => {
        try {
          const { job: back } = await undo.mutateAsync(job.id)
          void navigate(`/import/${back.id}`)
        } catch (error) {
          void message.error(problemText(error))
        }
      },
    })
  }
  return <Button danger loading={undo.isPending} onClick={ask}>{t('importer.undo')}</Button>
}

/** The newest imports: what came of each, and the way back. */
export function RecentImports() {
  const { t } = useTranslation()
  const recent = useRecentImports()
  const jobs = recent.data?.jobs ?? []
  return (
    <Card className="import-part" title={t('importer.recent')} testid="import-recent">
      {recent.isPending ? <Loading rows={3} /> : recent.isError ? <Failed error={recent.error} retry={() => void recent.refetch()} />
        : jobs.length === 0 ? <p className="muted">{t('importer.none')}</p> : (
          <ul className="import-recent">
            {jobs.slice(0, 30).map((job) => (
              <li key={job.id}>
                <div className="import-recent-text">
                  <Link to={`/import/${job.id}`}>{titled(job.title, t('job.kind.import'))}</Link>
                  <span className="muted small">{[t(`import.state.${job.state}`), typeof job.by === 'string' ? job.by : job.by?.name, job.created_at ? exactInstant(job.created_at) : ''].filter(Boolean).join(' · ')}</span>
                </div>
                {job.result ? <span className="small import-recent-figures">{t('importer.figures', { created: integer(job.result.created), merged: integer(job.result.merged), rejected: integer(job.result.rejected) })}</span> : null}
                <UndoButton job={job} />
              </li>
            ))}
          </ul>
        )}
    </Card>
  )
}
