import { Select } from 'antd'
import { useTranslation } from 'react-i18next'
import { useFunnel } from '../../api/funnels'
import { useSession } from '../../api/session'
import type { FunnelStage } from '../../api/types'
import { titled } from '../../i18n/titled'
import { decimal } from '../../parts/format'
import { Card } from '../../parts/PageHead'
import { Failed, Loading } from '../../parts/States'
import { NumberCell } from './StageTable'
import type { useFunnelState } from './useFunnelState'

const slowBy = 1.5

/** One rep's mean days in each stage beside the team's. */
export function Beside({ name, state, team }: { name: string; state: ReturnType<typeof useFunnelState>; team: FunnelStage[] }) {
  const { t } = useTranslation()
  const { user } = useSession()
  const reps = useFunnel(name, { mode: state.mode, period: state.period, by: 'owner' })
  const groups = reps.data?.groups ?? []
  const chosen = groups.find((g) => g.key === state.rep) ?? groups.find((g) => g.key === user.id) ?? groups.find((g) => g.key)
  const timed = team.filter((s) => typeof s.mean_days === 'number')
  const longest = Math.max(1, ...timed.flatMap((s) => [s.mean_days ?? 0, chosen?.stages.find((c) => c.stage === s.stage)?.mean_days ?? 0]))
  return (
    <Card
      title={t('funnel.beside')}
      extra={groups.length > 0 ? (
        <Select size="small" aria-label={t('funnel.rep')} showSearch={{ optionFilterProp: 'label' }} popupMatchSelectWidth={false} value={chosen?.key} onChange={(v) => state.set({ rep: v })} options={groups.filter((g) => g.key).map((g) => ({ value: g.key, label: g.name }))} />
      ) : undefined}
    >
      {reps.isPending ? <Loading rows={4} />
        : reps.isError && !reps.data ? <Failed error={reps.error} retry={() => void reps.refetch()} />
        : timed.length === 0 || !chosen ? <p className="muted">{t('funnel.noStay')}</p>
        : (
          <ul className="beside">
            {timed.map((s) => {
              const own = chosen.stages.find((c) => c.stage === s.stage)
              const slow = typeof own?.mean_days === 'number' && own.mean_days > (s.mean_days ?? 0) * slowBy
              return (
                <li key={s.stage}>
                  <div className="beside-stage">{titled(s.title, s.stage)}{slow ? <span className="bad small"> {t('funnel.slow')}</span> : null}</div>
                  <Line label={t('funnel.team')} share={(s.mean_days ?? 0) / longest} quiet><NumberCell stage={s} metric="stay" onOpen={state.openDrill} /></Line>
                  <Line label={chosen.name} share={(own?.mean_days ?? 0) / longest} slow={slow}>
                    {own ? <NumberCell stage={own} metric="stay" by="owner" group={chosen} onOpen={state.openDrill} tone={slow ? 'bad' : undefined} /> : decimal(null)}
                  </Line>
                </li>
              )
            })}
          </ul>
        )}
    </Card>
  )
}

function Line({ label, share, quiet, slow, children }: { label: string; share: number; quiet?: boolean; slow?: boolean; children: React.ReactNode }) {
  return (
    <div className="beside-line">
      <span className="beside-label">{label}</span>
      <span className={`beside-bar ${quiet ? 'is-quiet' : ''} ${slow ? 'is-slow' : ''}`} aria-hidden><span style={{ width: `${Math.max(1, share * 100)}%` }} /></span>
      <span className="beside-value">{children}</span>
    </div>
  )
}
