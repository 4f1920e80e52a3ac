import { useTranslation } from 'react-i18next'
import type { FunnelBy, FunnelResult } from '../../api/types'
import { titled } from '../../i18n/titled'
import { percent } from '../../parts/format'
import { Card } from '../../parts/PageHead'
import { NumberCell } from './StageTable'
import type { Drill } from './useFunnelState'

/** The same funnel, one line per region, team, rep or source. */
export function GroupTable({ by, result, onOpen }: { by: FunnelBy; result: FunnelResult; onOpen: (d: Drill) => void }) {
  const { t } = useTranslation()
  const groups = result.groups ?? []
  return (
    <Card className="funnel-groups" title={t(`funnel.bys.${by}`)} extra={t('funnel.clickNumbers')}>
      {groups.length === 0 ? <p className="muted">{t('funnel.noData')}</p> : (
        <div className="table-scroll">
          <table className="plain-table">
            <thead>
              <tr>
                <th scope="col">{t(`funnel.groupWord.${by}`)}</th>
                {result.stages.map((s) => <th scope="col" className="num" key={s.stage}>{titled(s.title, s.stage)}</th>)}
                <th scope="col" className="num">{t('funnel.wholeRate')}</th>
                {result.stages.map((s) => (s.mean_days === null || s.mean_days === undefined ? null : <th scope="col" className="num" key={s.stage}>{t('funnel.stayIn', { stage: titled(s.title, s.stage) })}</th>))}
              </tr>
            </thead>
            <tbody>
              {groups.map((group) => (
                <tr key={group.key}>
                  <th scope="row">{group.name || t('funnel.unknownGroup')}</th>
                  {group.stages.map((s, i) => (
                    <td className="num" key={s.stage}>
                      <NumberCell stage={s} metric="count" by={by} group={group} onOpen={onOpen} />
                      {i > 0 ? <span className="rate">{percent(s.rate_prev)}</span> : null}
                    </td>
                  ))}
                  <td className="num">{percent(group.stages.at(-1)?.rate_first)}</td>
                  {result.stages.map((whole, i) => {
                    const s = group.stages[i]
                    if (!s || whole.mean_days === null || whole.mean_days === undefined) return null
                    const slow = typeof s.mean_days === 'number' && s.mean_days > whole.mean_days * 1.5
                    return <td className="num" key={whole.stage}><NumberCell stage={s} metric="stay" by={by} group={group} onOpen={onOpen} tone={slow ? 'bad' : undefined} /></td>
                  })}
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
    </Card>
  )
}
