import { App, Button, Popconfirm } from 'antd'
import { useTranslation } from 'react-i18next'
import { Link } from 'react-router'
import { useMerges, useUnmerge } from '../../api/duplicates'
import type { ObjectMeta } from '../../api/types'
import { exactInstant } from '../../parts/format'
import { problemText } from '../../parts/problem'
import { Failed } from '../../parts/States'
import { leftText } from './left'
import './duplicates.css'

const asked = (object: string): boolean => object === 'lead' || object === 'customer'

/** On a record: that another went into it, with the way back, and that others may be the same. */
export function MergedBanner({ object, id }: { object: ObjectMeta; id: string }) {
  const { t } = useTranslation()
  const { message } = App.useApp()
  const merges = useMerges(object.name, id, asked(object.name))
  const undo = useUnmerge(object.name)
  const standing = merges.data?.merges.filter((m) => !m.undone_at && m.survivor === id) ?? []
  const pairs = merges.data?.pairs ?? 0
  if (merges.isError) return <div className="dup-banner" data-testid="merged"><Failed error={merges.error} retry={() => void merges.refetch()} /></div>
  if (standing.length === 0 && pairs === 0) return null
  const run = (merge: string): void =>
    undo.mutate(merge, {
      onError: (error) => void message.error(problemText(error), 6),
      onSuccess: (back) => void message.success(back.left.length > 0 ? t('duplicates.unmergedBut', { left: leftText(back.left, t) }) : t('duplicates.unmerged'), 8),
    })
  return (
    <div className="dup-banner" data-testid="merged">
      {pairs > 0 ? <p><Link to={`/duplicates?object=${object.name}&record=${id}`}>{t('duplicates.pairsHere', { count: pairs })}</Link></p> : null}
      {standing.map((m, i) => (
        <p key={m.id}>
          <span>{t('duplicates.tookIn', { name: m.title, by: m.by, at: exactInstant(m.at) })}</span>
          {m.may && i === 0 ? (
            <Popconfirm title={t('duplicates.unmergeAsk')} description={t('duplicates.unmergeText')} okText={t('duplicates.unmerge')} cancelText={t('action.cancel')} onConfirm={() => run(m.id)}>
              <Button size="small" loading={undo.isPending}>{t('duplicates.unmerge')}</Button>
            </Popconfirm>
          ) : null}
        </p>
      ))}
    </div>
  )
}

/** In place of a record that was merged away: where it went. */
export function WentInto({ object, id }: { object: ObjectMeta; id: string }) {
  const { t } = useTranslation()
  const merges = useMerges(object.name, id, asked(object.name))
  const into = merges.data?.merges.find((m) => !m.undone_at && m.absorbed === id)
  return into ? <p data-testid="went-into">{t('duplicates.wentInto')} <Link to={`/objects/${object.name}/${into.survivor}`}>{into.title || t('record.untitled')}</Link></p> : null
}
