import type { TFunction } from 'i18next'
import { useTranslation } from 'react-i18next'
import type { RecordData, Timer } from '../api/types'
import { isBlank } from '../fields/kind'
import { useNow } from './clock'
import { Chip, type Tone } from './Chip'
import { exactInstant, fineSpan, span } from './format'

const soon = 24 * 3600_000

export interface Reading { tone: Tone; text: string; overdue: boolean; ms: number }

/**
 * The timer that matters now: the present owner's, or in the pool the wait for one. A running or broken one comes before a stopped one, the
 * later start first.
 */
export function leadingTimer(record: { timers?: Timer[]; owner?: unknown }): Timer | undefined {
  const rank = { running: 0, fired: 1, stopped: 2 }
  const counts = (t: Timer): boolean => (isBlank(record.owner) ? t.kind === 'assign_deadline' : t.kind !== 'assign_deadline' && (!t.person || t.person === record.owner))
  return (record.timers ?? []).filter(counts).sort((a, b) => rank[a.state] - rank[b.state] || b.started_at.localeCompare(a.started_at))[0]
}

/** What ended a stopped countdown. */
function stopWord(record: Record<string, unknown>, t: TFunction): string {
  if (!isBlank(record.contacted_at)) return t('timer.stopped.contacted')
  return t(isBlank(record.first_opened_at) ? 'timer.stopped.ended' : 'timer.stopped.opened')
}

/** fine reads to the minute, in the last hour to the second: for the one countdown that a page is about. */
export function useReading(record: RecordData, fine = false): Reading | null {
  const { t } = useTranslation()
  const now = useNow()
  const timer = leadingTimer(record)
  if (!timer) return null
  const left = new Date(timer.due_at).getTime() - now
  const say = fine ? fineSpan : span
  if (timer.state === 'stopped') return { tone: 'green', text: timer.kind === 'nudge' ? t('timer.stopped.contacted') : stopWord(record, t), overdue: false, ms: left }
  if (timer.state === 'fired' || left <= 0) return { tone: 'red', text: t('timer.over', { span: say(-left) }), overdue: true, ms: left }
  if (timer.kind === 'assign_deadline') return { tone: 'blue', text: t('timer.waiting', { span: say(now - new Date(timer.started_at).getTime()) }), overdue: false, ms: left }
  return { tone: left < soon ? 'amber' : 'blue', text: say(left), overdue: false, ms: left }
}

/** The live cell of a list: colour and words, the due instant on hover. */
export function CountdownChip({ record }: { record: RecordData }) {
  const { t } = useTranslation()
  const timer = leadingTimer(record)
  const reading = useReading(record)
  if (!timer || !reading) return <span className="muted">—</span>
  return (
    <Chip tone={reading.tone} title={t('timer.due', { at: exactInstant(timer.due_at) })} testid="countdown">
      {reading.text}
    </Chip>
  )
}
