import { App, Button, Popconfirm } from 'antd'
import { useTranslation } from 'react-i18next'
import { Link } from 'react-router'
import { useUnconvert } from '../../api/deals'
import { useMeta } from '../../api/session'
import type { ObjectMeta, RecordDetail } from '../../api/types'
import { isBlank } from '../../fields/kind'
import { titled } from '../../i18n/titled'
import { exactInstant } from '../../parts/format'
import { problemText } from '../../parts/problem'
import './convert.css'

/** On a converted record: what it became, by whom and when, and the way back while nothing stands on it. */
export function ConvertedBanner({ object, detail }: { object: ObjectMeta; detail: RecordDetail }) {
  const { t } = useTranslation()
  const meta = useMeta()
  const { message } = App.useApp()
  const { record, refs, rights } = detail
  const undo = useUnconvert(object.name, record.id)
  const links = meta.conversions.find((c) => c.object === object.name)?.makes.map((m) => m.link) ?? []
  if (isBlank(record.converted_at)) return null
  const run = (): void =>
    undo.mutate(undefined, {
      onSuccess: () => void message.success(t('convert.undone')),
      onError: (error) => void message.error(problemText(error), 6),
    })
  return (
    <div className="banner banner-green converted" data-testid="converted">
      <div className="banner-main">
        <span className="banner-label" title={exactInstant(String(record.converted_at))}>
          {t('convert.byPerson', { name: refs?.person?.[String(record.converted_by)] ?? t('actor.system'), at: exactInstant(String(record.converted_at)) })}
        </span>
        <span className="converted-links">
          {links.map((name) => {
            const field = object.fields.find((f) => f.name === name)
            const id = String(record[name] ?? '')
            const target = field?.target ?? ''
            const made = meta.objects.find((o) => o.name === target)
            if (!field || !id || !made) return null
            return <span key={name}><span className="muted">{titled(made.title)}</span> <Link to={`/objects/${target}/${id}`}>{refs?.[target]?.[id] ?? id}</Link></span>
          })}
        </span>
      </div>
      {rights?.unconvert ? (
        <div className="banner-side">
          <Popconfirm title={t('convert.undoAsk')} description={t('convert.undoText')} okText={t('convert.undo')} cancelText={t('action.cancel')} onConfirm={run}>
            <Button loading={undo.isPending}>{t('convert.undo')}</Button>
          </Popconfirm>
        </div>
      ) : null}
    </div>
  )
}
