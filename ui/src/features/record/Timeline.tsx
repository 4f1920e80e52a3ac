import { Button } from 'antd'
import { useTranslation } from 'react-i18next'
import { useHistory } from '../../api/records'
import { mergeRefs } from '../../api/records'
import type { LedgerEvent, ObjectMeta, Refs } from '../../api/types'
import { useCoarseNow } from '../../parts/clock'
import { exactInstant, instant } from '../../parts/format'
import { EventChanges, EventTitle, actorName, assigns } from '../../parts/EventLine'
import { Empty, Failed, Loading } from '../../parts/States'
import { WhyMark } from '../../parts/Why'

/** What happened to this record, newest first, exact to the second. */
export function Timeline({ object, id }: { object: ObjectMeta; id: string }) {
  const { t } = useTranslation()
  const history = useHistory(object.name, id)
  if (history.isPending) return <Loading rows={5} />
  if (history.isError && !history.data) return <Failed error={history.error} retry={() => void history.refetch()} />
  const events = history.data.pages.flatMap((p) => p.events)
  const refs = mergeRefs(...history.data.pages.map((p) => p.refs))
  if (events.length === 0) return <Empty title={t('timeline.none')} />
  return (
    <section aria-label={t('timeline.title')}>
      <ol className="timeline">
        {events.map((event, i) => <Item key={event.seq} event={event} object={object} id={id} refs={refs} first={i === 0} />)}
      </ol>
      {history.hasNextPage ? <Button type="link" loading={history.isFetchingNextPage} onClick={() => void history.fetchNextPage()}>{t('timeline.more')}</Button> : null}
    </section>
  )
}

function Item({ event, object, id, refs, first }: { event: LedgerEvent; object: ObjectMeta; id: string; refs: Refs; first: boolean }) {
  const { t } = useTranslation()
  const now = useCoarseNow()
  const foot = [actorName(event, t), event.ip].filter(Boolean)
  const late = event.written_at && Math.abs(new Date(event.written_at).getTime() - new Date(event.at).getTime()) > 60_000
  return (
    <li className={`moment moment-${event.op} ${first ? 'is-first' : ''}`}>
      <span className="moment-dot" aria-hidden />
      <div className="moment-title">
        <EventTitle event={event} object={object} />
        {assigns(event) && object.name === 'lead' ? <WhyMark object={object.name} id={id} subject="owner" /> : null}
      </div>
      {event.note ? <p className="moment-note">{event.note}</p> : null}
      <EventChanges event={event} object={object} refs={refs} brief />
      <div className="moment-foot">
        <time dateTime={event.at} title={exactInstant(event.at)}>{instant(event.at, now)}</time>
        {foot.map((part) => <span key={part}> · {part}</span>)}
        {late ? <span> · {t('timeline.writtenAt', { at: instant(event.written_at, now) })}</span> : null}
      </div>
    </li>
  )
}
