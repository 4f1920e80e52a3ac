import { useTranslation } from 'react-i18next'
import type { Line, SectionKey } from '../../api/today'
import type { RecordData } from '../../api/types'
import { isBlank } from '../../fields/kind'
import { Chip } from '../../parts/Chip'
import { useCoarseNow, useNow } from '../../parts/clock'
import { CountdownChip } from '../../parts/Countdown'
import { ago, dayOf, exactInstant, instant, span } from '../../parts/format'
import { Age } from '../records/Cell'

/** The record with the countdown that ends first: the one it stands in line by. */
export function byNearest(record: RecordData): RecordData {
  const own = (record.timers ?? []).filter((t) => t.state !== 'stopped' && (!t.person || t.person === record.owner) && t.kind !== 'assign_deadline')
  const first = own.sort((a, b) => a.due_at.localeCompare(b.due_at))[0]
  return first ? { ...record, timers: [first] } : record
}

/** When a line is due: what runs, what is agreed, or since when it waits. */
export function DueMark({ section, record }: { section: SectionKey; record: RecordData }) {
  const { t } = useTranslation()
  const now = useNow()
  if (section === 'pool') {
    const since = String(record.pool_since ?? record.created_at ?? '')
    return <span className="muted small num" title={exactInstant(since)}>{t('pool.waited', { span: span(now - new Date(since).getTime()) })}</span>
  }
  if (section === 'calls' || section === 'todo') {
    const at = section === 'calls' ? record.protected_until : record.due_at
    if (isBlank(at)) return null
    const left = new Date(String(at)).getTime() - now
    const text = left <= 0 ? t('timer.over', { span: span(-left) }) : dayOf(now) === dayOf(String(at)) ? t('today.inSpan', { span: span(left) }) : instant(String(at), now).replace(/:\d\d$/, '')
    return <Chip tone={left <= 0 ? 'red' : left < 24 * 3_600_000 ? 'amber' : 'neutral'} title={exactInstant(String(at))} testid="due">{text}</Chip>
  }
  if (section === 'new' && isBlank(record.due_at)) return <span className="small"><Age at={record.assigned_at ?? record.created_at} /></span>
  return <CountdownChip record={byNearest(record)} />
}

/** What was last: said, tried, agreed, done by the customer; or that nothing was. */
export function LastWords({ section, line, object }: { section: SectionKey; line: Line; object: string }) {
  const { t } = useTranslation()
  const now = useCoarseNow()
  const { record, last } = line
  if (section === 'todo') return isBlank(record.note) ? null : <p className="today-last">{String(record.note)}</p>
  if (section === 'pool') return isBlank(record.pool_reason) ? null : <p className="today-last">{String(record.pool_reason)}</p>
  if (last) {
    const values = { ago: ago(last.at, now), by: last.other ? last.by : '', way: last.way ? t(`way.${last.way}`, { defaultValue: last.way }) : '', note: last.note }
    if (last.op === 'activity') return <p className="today-last"><Chip tone="blue">{t('inbox.kind.nudge')}</Chip> {last.note} <span className="muted">{values.ago}</span></p>
    return <p className="today-last">{t(`today.last.${last.op}${last.note ? 'Note' : ''}`, { ...values, defaultValue: last.note })}</p>
  }
  if (object !== 'lead') return null
  return <p className="today-last">{isBlank(record.first_opened_at) ? t('today.last.unopened') : t('today.last.opened', { ago: ago(String(record.first_opened_at), now) })}</p>
}
