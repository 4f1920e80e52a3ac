import { useTranslation } from 'react-i18next'
import { usePlan } from '../../api/objects'
import type { Title } from '../../api/types'
import { integer, span } from '../../parts/format'
import { useSettled } from '../../parts/useSettled'

/** What publishing makes the database do, where that takes its time: indexes and rules of uniqueness. */
export function PlanLine({ object, given }: { object: string; given: { title: Title; spec: unknown } | null }) {
  const { t } = useTranslation()
  const plan = usePlan(object, useSettled(given))
  if (!given || !plan.data || plan.data.indexes.length === 0) return null
  return (
    <ul className="plan-lines small" data-testid="object-plan">
      {plan.data.indexes.map((ix, i) => (
        <li key={i} className="muted">{t(ix.unique ? 'objects.planUnique' : 'objects.planIndex', { title: ix.title, rows: integer(plan.data.rows) })} {t(ix.job ? (ix.holds_ms > 0 ? 'objects.planJobHolds' : 'objects.planJob') : 'objects.planNow', { time: span(ix.holds_ms) })}</li>
      ))}
    </ul>
  )
}
