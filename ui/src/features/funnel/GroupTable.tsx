import { useTranslation } from 'react-i18next'
import type { FunnelBy, FunnelGroup, FunnelResult, FunnelStage } from '../../api/types'
import { titled } from '../../i18n/titled'
import { percent } from '../../parts/format'
import { Card } from '../../parts/PageHead'
import { usePhone } from '../../parts/usePhone'
import { NumberCell } from './StageTable'
import type { Drill } from './useFunnelState'

interface Props { by: FunnelBy; result: FunnelResult; onOpen: (d: Drill) => void }

const slowBy = 1.5
const isTimed = (s: FunnelStage): boolean => typeof s.mean_days === 'number'

/** The same funnel, one line per region, team, rep or source; on a phone one block each. */
export function GroupTable({ by, result, onOpen }: Props) {
  const { t } = useTranslation()
  const phone = usePhone()
  const groups = result.groups ?? []
  return (
    <Card className="funnel-groups" title={t(`funnel.bys.${by}`)} extra={t('funnel.clickNumbers')}>
      {groups.length === 0 ? <p className="muted">{t('funnel.noData')}</p>
        : phone ? <div className="funnel-blocks">{groups.map((group) => <Block key={group.key} by={by} group={group} result={result} onOpen={onOpen} />)}</div>
        : <Table by={by} result={result} onOpen={onOpen} />}
    </Card>
  )
}

function Table({ by, result, onOpen }: Props) {
  const { t } = useTranslation()
  return (
    <div className="table-scroll">
      <table className="plain-table">
        <thead>
          <tr>
            <th scope="col">{t(`funnel.groupWord.${by}`)}</th>
            {result.stages.map((s) => <th scope="col" className="num" key={s.stage}>{titled(s.title, s.stage)}</th>)}
            <th scope="col" className="num">{t('funnel.wholeRate')}</th>
            {result.stages.filter(isTimed).map((s) => <th scope="col" className="num" key={s.stage}>{t('funnel.stayIn', { stage: titled(s.title, s.stage) })}</th>)}
          </tr>
        </thead>
        <tbody>
          {(result.groups ?? []).map((group) => (
            <tr key={group.key}>
              <th scope="row">{group.name || t('funnel.unknownGroup')}</th>
              {group.stages.map((s, i) => (
                <td className="num" key={s.stage}>
                  <NumberCell stage={s} metric="count" by={by} group={group} onOpen={onOpen} />
                  {i > 0 ? <span className="rate">{percent(s.rate_prev)}</span> : null}
                </td>
              ))}
              <td className="num">{percent(group.stages.at(-1)?.rate_first)}</td>
              {result.stages.map((whole, i) => (isTimed(whole) ? <td className="num" key={whole.stage}><Stay whole={whole} own={group.stages[i]} by={by} group={group} onOpen={onOpen} /></td> : null))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  )
}

function Block({ by, group, result, onOpen }: Props & { group: FunnelGroup }) {
  const { t } = useTranslation()
  return (
    <section className="funnel-block" aria-label={group.name || t('funnel.unknownGroup')}>
      <header><strong>{group.name || t('funnel.unknownGroup')}</strong><span className="muted small">{t('funnel.wholeRate')} {percent(group.stages.at(-1)?.rate_first)}</span></header>
      <dl>
        {group.stages.map((s, i) => (
          <div key={s.stage}>
            <dt>{titled(s.title, s.stage)}</dt>
            <dd><NumberCell stage={s} metric="count" by={by} group={group} onOpen={onOpen} /></dd>
            <dd className="muted small">{i > 0 ? percent(s.rate_prev) : ''}</dd>
            <dd className="small">{isTimed(result.stages[i] ?? s) ? <Stay whole={result.stages[i] ?? s} own={s} by={by} group={group} onOpen={onOpen} /> : null}</dd>
          </div>
        ))}
      </dl>
    </section>
  )
}

/** A group's mean stay; one that is clearly slower than the whole is told. */
function Stay({ whole, own, by, group, onOpen }: { whole: FunnelStage; own: FunnelStage | undefined; by: FunnelBy; group: FunnelGroup; onOpen: (d: Drill) => void }) {
  if (!own) return <>—</>
  const slow = typeof own.mean_days === 'number' && own.mean_days > (whole.mean_days ?? 0) * slowBy
  return <NumberCell stage={own} metric="stay" by={by} group={group} onOpen={onOpen} tone={slow ? 'bad' : undefined} />
}
