import dayjs from 'dayjs'
import { useTranslation } from 'react-i18next'

interface Day { date: string; name?: string; work?: boolean }
interface CalendarSpec { week?: number[]; hours?: { from: string; to: string }[]; years?: { year: number; published?: boolean; days?: Day[] }[] }

/** Days that follow each other under one name and kind, as one stretch. */
function stretches(days: Day[]): { from: string; to: string; name: string; work: boolean }[] {
  const out: { from: string; to: string; name: string; work: boolean }[] = []
  for (const d of [...days].sort((a, b) => a.date.localeCompare(b.date))) {
    const last = out.at(-1)
    if (last && last.name === (d.name ?? '') && last.work === Boolean(d.work) && dayjs(last.to).add(1, 'day').isSame(dayjs(d.date), 'day')) last.to = d.date
    else out.push({ from: d.date, to: d.date, name: d.name ?? '', work: Boolean(d.work) })
  }
  return out
}

/** The working week, its hours, and each year's holidays and make-up workdays. */
export function CalendarView({ spec }: { spec: CalendarSpec }) {
  const { t } = useTranslation()
  const weekday = (n: number): string => dayjs().day(n % 7).format('ddd')
  return (
    <section className="config-section">
      <p className="muted small">{t('config.readOnly')}</p>
      <dl className="summary">
        <div><dt>{t('calendarView.week')}</dt><dd>{(spec.week ?? []).map(weekday).join(t('fmt.listJoin')) || '—'}</dd></div>
        <div><dt>{t('calendarView.hours')}</dt><dd>{(spec.hours ?? []).map((h) => `${h.from}–${h.to}`).join(t('fmt.listJoin')) || '—'}</dd></div>
      </dl>
      {[...(spec.years ?? [])].sort((a, b) => b.year - a.year).map((y) => (
        <details key={y.year} className="calendar-year">
          <summary>{t('calendarView.year', { year: y.year, count: y.days?.length ?? 0 })}{y.published ? '' : ` · ${t('calendarView.unpublished')}`}</summary>
          <ul className="calendar-days">
            {stretches(y.days ?? []).map((s) => (
              <li key={s.from}><span className="num">{s.from}{s.to === s.from ? '' : ` – ${s.to.slice(5)}`}</span><span>{s.name}</span><span className={s.work ? 'bad' : 'ok'}>{t(s.work ? 'calendarView.work' : 'calendarView.off')}</span></li>
            ))}
          </ul>
        </details>
      ))}
    </section>
  )
}
