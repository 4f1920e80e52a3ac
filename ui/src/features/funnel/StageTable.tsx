import { useTranslation } from 'react-i18next'
import type { FunnelBy, FunnelStage } from '../../api/types'
import { titled } from '../../i18n/titled'
import { decimal, integer, percent } from '../../parts/format'
import type { Drill } from './useFunnelState'

interface CellProps { stage: FunnelStage; metric: 'count' | 'stay'; by?: FunnelBy; group?: { key: string; name: string }; onOpen: (d: Drill) => void; tone?: string }

/** A number that opens to its records. */
export function NumberCell({ stage, metric, by, group, onOpen, tone }: CellProps) {
  const { t } = useTranslation()
  const blank = metric === 'stay' ? stage.mean_days === null || stage.mean_days === undefined : false
  const text = metric === 'count' ? integer(stage.count) : blank ? '—' : t('funnel.days', { n: decimal(stage.mean_days) })
  if (blank) return <span className="muted">—</span>
  return (
    <button
      type="button"
      className={`number ${tone ?? ''}`}
      data-testid="funnel-cell"
      data-stage={stage.stage}
      data-metric={metric}
      data-key={group?.key}
      aria-label={t('funnel.open', { group: group?.name ?? t('funnel.everyone'), stage: titled(stage.title, stage.stage), what: t(`funnel.metric.${metric}`), value: text })}
      onClick={() => onOpen({ stage: stage.stage, metric, by: group ? by : undefined, key: group?.key })}
    >
      {text}
    </button>
  )
}

export function StageTable({ stages, onOpen }: { stages: FunnelStage[]; onOpen: (d: Drill) => void }) {
  const { t } = useTranslation()
  return (
    <table className="plain-table funnel-table">
      <thead>
        <tr>
          <th scope="col">{t('funnel.stage')}</th>
          <th scope="col" className="num">{t('funnel.metric.count')}</th>
          <th scope="col" className="num">{t('funnel.ratePrev')}</th>
          <th scope="col" className="num">{t('funnel.rateFirst')}</th>
          <th scope="col" className="num">{t('funnel.metric.stay')}</th>
        </tr>
      </thead>
      <tbody>
        {stages.map((s) => (
          <tr key={s.stage}>
            <th scope="row">{titled(s.title, s.stage)}</th>
            <td className="num"><NumberCell stage={s} metric="count" onOpen={onOpen} /></td>
            <td className="num">{percent(s.rate_prev)}</td>
            <td className="num">{percent(s.rate_first)}</td>
            <td className="num" title={s.completed ? t('funnel.completed', { count: s.completed }) : undefined}><NumberCell stage={s} metric="stay" onOpen={onOpen} /></td>
          </tr>
        ))}
      </tbody>
    </table>
  )
}
