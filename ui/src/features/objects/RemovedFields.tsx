import { App, Button } from 'antd'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { usePurgeField, useRemovedFields, useRestoreField, type RemovedField } from '../../api/objects'
import { useRight } from '../../api/session'
import { titled } from '../../i18n/titled'
import { exactInstant, integer } from '../../parts/format'
import { problemText } from '../../parts/problem'
import { Empty, Failed, Loading } from '../../parts/States'
import { PurgeModal } from './PurgeModal'

/** The object's removed fields: their values are kept, come back with them, or go for good. */
export function RemovedFields({ object, disabled, unsaved }: { object: string; disabled: boolean; unsaved: boolean }) {
  const { t } = useTranslation()
  const { message } = App.useApp()
  const removed = useRemovedFields(object, true)
  const restore = useRestoreField(object)
  const purge = usePurgeField(object)
  const mayPurge = useRight('purge')
  const [purging, setPurging] = useState<RemovedField | null>(null)
  if (removed.isPending) return <Loading rows={3} />
  if (removed.isError && !removed.data) return <Failed error={removed.error} retry={() => void removed.refetch()} />
  if (removed.data.length === 0) return <Empty title={t('objects.noneRemoved')} text={t('objects.noneRemovedText')} />
  return (
    <section className="config-section" data-testid="removed-fields">
      <p className="muted small">{t(unsaved ? 'objects.removedFirst' : 'objects.removedAbout')}</p>
      <ul className="removed-list">
        {removed.data.map((f) => (
          <li key={f.id}>
            <div className="grow">
              <div>{titled(f.title, f.name)} <span className="muted small">{t(`fieldType.${f.type}`, { defaultValue: f.type })}</span></div>
              <div className="muted small">{[t('objects.removedBy', { by: f.by, at: exactInstant(f.at) }), f.state === 'removed' ? t('objects.valuesKept', { n: integer(f.values) }) : t(`objects.state.${f.state}`)].join(' · ')}</div>
            </div>
            {f.state === 'removed' ? (
              <span className="row nowrap-row">
                <Button size="small" disabled={disabled || unsaved} loading={restore.isPending && restore.variables === f.id} onClick={() => restore.mutate(f.id, { onSuccess: () => void message.success(t('objects.restored', { title: titled(f.title, f.name) })), onError: (e) => void message.error(problemText(e)) })}>{t('objects.restore')}</Button>
                {mayPurge ? <Button size="small" type="text" danger disabled={disabled} onClick={() => setPurging(f)}>{t('objects.purge')}</Button> : null}
              </span>
            ) : null}
          </li>
        ))}
      </ul>
      {purging ? <PurgeModal title={titled(purging.title, purging.name)} text={t('objects.purgeField', { n: integer(purging.values) })} pending={purge.isPending} error={purge.error} onPurge={() => purge.mutate(purging.id, { onSuccess: () => setPurging(null) })} onClose={() => { purge.reset(); setPurging(null) }} /> : null}
    </section>
  )
}
