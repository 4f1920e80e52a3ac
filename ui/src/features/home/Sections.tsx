import { Button } from 'antd'
import type { ReactNode } from 'react'
import { useTranslation } from 'react-i18next'
import { Link } from 'react-router'
import type { Line, Section, SectionKey, Today } from '../../api/today'
import { Card } from '../../parts/PageHead'
import { Empty } from '../../parts/States'
import { byNearest } from './Words'
import { TodayLine, type LineActs } from './TodayLine'

/** Several sections of one key (call backs of leads and of customers) as one, in the order of their instants. */
export interface Merged { key: SectionKey; count: number; capped: boolean; sections: Section[]; lines: { object: string; line: Line }[] }

/** The instant a line stands in order by. */
const endOf = (key: SectionKey, { record }: Line): string => String(key === 'calls' ? record.protected_until : (record.due_at ?? byNearest(record).timers?.[0]?.due_at ?? ''))

export function mergedOf(today: Today, key: SectionKey): Merged | null {
  const sections = today.sections.filter((s) => s.key === key)
  if (sections.length === 0) return null
  const lines = sections.flatMap((s) => s.lines.map((line) => ({ object: s.object, line })))
  if (sections.length > 1) lines.sort((a, b) => endOf(key, a.line).localeCompare(endOf(key, b.line)))
  return { key, count: sections.reduce((n, s) => n + s.count, 0), capped: sections.some((s) => s.capped), sections, lines }
}

export const counted = (n: number, capped: boolean): string => (capped ? `${n}+` : String(n))

/** A section without what another one lists too, as far as it was asked for whole; none when nothing is left of it. */
export function without(merged: Merged, other: Merged | null): Merged | null {
  const listed = new Set(other?.lines.map((l) => l.line.record.id))
  const lines = merged.lines.filter((l) => !listed.has(l.line.record.id))
  return lines.length === 0 && merged.count > 0 && merged.count <= merged.lines.length ? null : { ...merged, lines }
}

/** The address of a section's whole list. */
export function listOf(section: { object: string; filter: unknown; sort?: string; key?: string }): string {
  if (section.key === 'pool') return '/pool'
  const all = (section.filter as { all?: unknown[] }).all
  return `/objects/${section.object}?view=all&filter=${encodeURIComponent(JSON.stringify(all ?? [section.filter]))}${section.sort ? `&sort=${section.sort}` : ''}`
}

interface Props { merged: Merged; today: Today; phone: boolean; shown?: number; here: string; acts: LineActs; onEmpty: (key: SectionKey) => ReactNode }

/** A list of things to do. Empty it says in a line at a desk, and as the page's state on a phone, what comes here and what to do next. */
export function SectionCard({ merged, today, phone, shown, here, acts, onEmpty }: Props) {
  const { t } = useTranslation()
  const title = t(`today.section.${merged.key === 'pool' && today.team ? 'unassigned' : merged.key}`)
  const list = merged.lines.slice(0, shown)
  const more = merged.sections.filter((s) => s.count > Math.min(s.lines.length, shown ?? Infinity))
  const none = `today.none.${merged.key === 'pool' && today.team ? 'unassigned' : merged.key}`
  const lines = (
    <ul className="today-list">
      {list.map(({ object, line }) => (
        <TodayLine key={`${object}/${line.record.id}`} section={merged.key} object={object} line={line} refs={today.refs} since={today.since} team={today.team} here={here === `${merged.key}/${line.record.id}`} acts={acts} />
      ))}
    </ul>
  )
  const foot = more.length > 0 && merged.count > 0 ? more.map((s) => <Link key={s.object} to={listOf(s)} className="today-more">{t('today.all', { count: counted(s.count, s.capped) })}</Link>) : null
  if (phone) {
    return merged.lines.length === 0 ? <Empty title={t(`${none}.title`)} text={t(`${none}.text`)}>{onEmpty(merged.key)}</Empty> : <>{lines}{foot}</>
  }
  return (
    <Card title={<>{title} <span className="muted num today-count">{counted(merged.count, merged.capped)}</span></>} extra={foot} testid={`today-${merged.key}`}>
      {merged.lines.length === 0 ? <div className="today-none"><p><strong>{t(`${none}.title`)}</strong> <span className="muted">{t(`${none}.text`)}</span></p>{onEmpty(merged.key)}</div> : lines}
    </Card>
  )
}

/** The way on from an empty section. */
export function EmptyWay({ today, section }: { today: Today; section: SectionKey }) {
  const { t } = useTranslation()
  const pool = mergedOf(today, 'pool')
  if (section === 'first' || section === 'new') {
    return pool && pool.count > 0 && !today.team
      ? <Link to="/pool"><Button>{t('today.toPool', { count: counted(pool.count, pool.capped) })}</Button></Link>
      : <Link to="/objects/lead"><Button>{t('today.toLeads')}</Button></Link>
  }
  if (section === 'calls') return <Link to="/objects/lead"><Button>{t('today.toLeads')}</Button></Link>
  return null
}
