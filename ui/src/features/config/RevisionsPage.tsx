import { App, Button, Popconfirm } from 'antd'
import { useTranslation } from 'react-i18next'
import { useDefinitions, useRestore, useRevisions } from '../../api/config'
import { useMeta, useRight } from '../../api/session'
import { titled } from '../../i18n/titled'
import { useCoarseNow } from '../../parts/clock'
import { Chip } from '../../parts/Chip'
import { exactInstant, instant } from '../../parts/format'
import { PageHead } from '../../parts/PageHead'
import { problemText } from '../../parts/problem'
import { Empty, Failed, Loading } from '../../parts/States'

const shown = 5

/** Every publication, newest first; any can be brought back as a new one. */
export function RevisionsPage() {
  const { t } = useTranslation()
  const now = useCoarseNow()
  const { message } = App.useApp()
  const meta = useMeta()
  const list = useRevisions()
  const restore = useRestore()
  const may = useRight('definitions.write')
  const definitions = useDefinitions()
  const named = (kind: string, name: string): string => titled(definitions.data?.find((d) => d.kind === kind && d.name === name)?.title, name)
  return (
    <>
      <PageHead title={t('revision.title')} extra={<span>{t('revision.about')}</span>} />
      {list.isPending ? <Loading rows={6} />
        : list.isError && !list.data ? <Failed error={list.error} retry={() => void list.refetch()} />
        : list.data.length === 0 ? <Empty title={t('revision.none')} />
        : (
          <ul className="revisions">
            {list.data.map((r) => {
              const by = typeof r.by === 'string' ? r.by : r.by?.name
              const changes = r.changes ?? []
              return (
                <li key={r.n}>
                  <span className="revision-no num">{r.n}</span>
                  <div className="grow">
                    <div>{r.note || t('revision.noNote')} {r.n === meta.revision ? <Chip tone="green">{t('revision.current')}</Chip> : null}</div>
                    <div className="muted small">
                      {changes.slice(0, shown).map((c) => t('revision.change', { op: t(`opName.${c.op}`, { defaultValue: c.op }), kind: t(`kind.${c.kind}`, { defaultValue: c.kind }), name: named(c.kind, c.name) })).join(t('fmt.listJoin'))}
                      {changes.length > shown ? t('revision.more', { count: changes.length }) : ''}
                    </div>
                    <div className="muted small num"><time title={exactInstant(r.at)}>{instant(r.at, now)}</time>{by ? ` · ${by}` : ''}</div>
                  </div>
                  {may && r.n !== meta.revision ? (
                    <Popconfirm title={t('revision.ask', { n: r.n })} description={t('revision.askText')} okText={t('revision.restore')} cancelText={t('action.cancel')} onConfirm={() => restore.mutate(r.n, { onSuccess: () => void message.success(t('revision.restored', { n: r.n })), onError: (e) => void message.error(problemText(e)) })}>
                      <Button size="small" aria-label={t('revision.restoreOf', { n: r.n })}>{t('revision.restore')}</Button>
                    </Popconfirm>
                  ) : null}
                </li>
              )
            })}
          </ul>
        )}
    </>
  )
}
