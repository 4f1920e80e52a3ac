import { useTranslation } from 'react-i18next'
import type { RecordData } from '../../api/types'
import { isBlank } from '../../fields/kind'
import { useNow } from '../../parts/clock'
import { leadingTimer, useReading } from '../../parts/Countdown'
import { exactInstant, instant, span } from '../../parts/format'

/** The clock that runs on this lead: what is left, since when, and what happens at the end. */
export function CountdownBanner({ record }: { record: RecordData }) {
  const { t } = useTranslation()
  const now = useNow()
  const timer = leadingTimer(record)
  const reading = useReading(record, true)
  if (!timer || !reading) {
    return <div className="banner banner-neutral" data-testid="countdown"><div className="banner-main"><span className="banner-label">{t(isBlank(record.owner) ? 'timer.nonePool' : 'timer.none')}</span></div></div>
  }
  const start = new Date(timer.started_at).getTime()
  const total = new Date(timer.due_at).getTime() - start
  const done = timer.state === 'stopped' ? 1 : Math.min(1, Math.max(0, (now - start) / Math.max(1, total)))
  const tone = timer.state === 'running' && !reading.overdue && reading.tone === 'blue' ? 'blue' : reading.tone
  const limit = total < 10 * 86_400_000 && total % 3_600_000 === 0 ? t('fmt.h', { h: total / 3_600_000 }) : span(total)
  return (
    <div className={`banner banner-${tone}`} data-testid="countdown" data-state={timer.state}>
      <div className="banner-main">
        <span className="banner-label">{t(`timer.since.${timer.kind}`, { at: instant(timer.started_at, now) })}</span>
        <strong className="banner-value">{reading.text}</strong>
      </div>
      {timer.state === 'stopped' ? null : (
        <div className="banner-bar" role="progressbar" aria-valuenow={Math.round(done * 100)} aria-valuemin={0} aria-valuemax={100} aria-label={t('timer.used')}>
          <span style={{ width: `${done * 100}%` }} />
        </div>
      )}
      <div className="banner-side">
        {timer.warning ? <span>{timer.warning}</span> : null}
        <span title={exactInstant(timer.due_at)}>
          {timer.state === 'stopped' ? t('timer.stoppedAt', { at: instant(timer.stopped_at, now) }) : t(`timer.limit.${timer.kind}`, { span: limit })}
          {timer.working_time ? ` · ${t('timer.workingTime')}` : ''}
        </span>
        <span>{timer.state === 'stopped' ? t('timer.dueWas', { at: instant(timer.due_at, now) }) : t(`timer.after.${timer.kind}`)}</span>
      </div>
    </div>
  )
}
