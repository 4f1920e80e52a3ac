import { useTranslation } from 'react-i18next'
import type { RecordDetail } from '../../api/types'
import { isBlank } from '../../fields/kind'
import { leadingTimer } from '../../parts/Countdown'
import { Card } from '../../parts/PageHead'

/** What to do next, read from the record's own state: never more than three lines. */
export function NextStep({ detail }: { detail: RecordDetail }) {
  const { t } = useTranslation()
  const { record, rights } = detail
  const timer = leadingTimer({ ...record, timers: detail.timers ?? record.timers })
  const steps: string[] = []
  if (isBlank(record.owner)) steps.push(t(rights?.claim ? 'next.claim' : 'next.pool'))
  else if (timer?.state === 'fired') steps.push(t(rights?.contacted ? 'next.overdueMine' : 'next.overdue'))
  else if (timer?.state === 'running') steps.push(t(timer.kind === 'first_open' ? 'next.open' : rights?.contacted ? 'next.contact' : 'next.waiting'))
  for (const name of ['budget', 'industry', 'region']) {
    const hint = record.hints?.[name]
    if (hint) steps.push(t('next.fix', { message: hint.message }))
    else if (isBlank(record[name]) && name === 'budget') steps.push(t('next.askBudget'))
  }
  if (!isBlank(record.opportunity)) steps.push(t('convert.next'))
  else if (!isBlank(record.contacted_at) && record.stage === 'contacted') steps.push(t('next.move'))
  if (steps.length === 0) return null
  return (
    <Card title={t('next.title')}>
      <ul className="next-list">{steps.slice(0, 3).map((s) => <li key={s}>{s}</li>)}</ul>
    </Card>
  )
}
