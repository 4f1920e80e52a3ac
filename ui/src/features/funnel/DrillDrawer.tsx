import { Button, Drawer } from 'antd'
import { useTranslation } from 'react-i18next'
import { Link } from 'react-router'
import { useFunnelRecords } from '../../api/funnels'
import { mergeRefs } from '../../api/records'
import { useObject } from '../../api/session'
import type { FunnelGroup, FunnelStage, Meta } from '../../api/types'
import { titled } from '../../i18n/titled'
import { decimal, exactInstant, instant, integer } from '../../parts/format'
import { Empty, Failed, Loading } from '../../parts/States'
import { usePhone } from '../../parts/usePhone'
import { OwnerCell, Tags } from '../records/Cell'
import { titleOf } from '../records/views'
import type { Drill, useFunnelState } from './useFunnelState'

interface Props { funnel: Meta['funnels'][number]; state: ReturnType<typeof useFunnelState>; drill: Drill; stages: FunnelStage[]; groups: FunnelGroup[] }

/** The records behind one number. */
export function DrillDrawer({ funnel, state, drill, stages, groups }: Props) {
  const { t } = useTranslation()
  const phone = usePhone()
  const object = useObject(funnel.object)
  const found = useFunnelRecords(funnel.name, { mode: state.mode, period: state.period, by: drill.by, key: drill.key, stage: drill.stage, metric: drill.metric })
  const pages = found.data?.pages ?? []
  const records = pages.flatMap((p) => p.records)
  const refs = mergeRefs(...pages.map((p) => p.refs))
  const stays = Object.assign({}, ...pages.map((p) => p.stays ?? {})) as NonNullable<(typeof pages)[number]['stays']>
  const stage = titled(stages.find((s) => s.stage === drill.stage)?.title, drill.stage)
  const counted = (drill.key === undefined ? stages : groups.find((g) => drill.by === state.by && g.key === drill.key)?.stages)?.find((s) => s.stage === drill.stage)
  const total = drill.metric === 'stay' ? counted?.completed : counted?.count
  const group = groups.find((g) => g.key === drill.key)?.name ?? refs.person?.[drill.key ?? ''] ?? drill.key
  return (
    <Drawer open onClose={state.closeDrill} size={phone ? '85%' : 640} placement={phone ? 'bottom' : 'right'} title={[group, stage, t(`funnel.metric.${drill.metric}`)].filter(Boolean).join(' · ')}>
      {found.isPending ? <Loading rows={8} />
        : found.isError && !found.data ? <Failed error={found.error} retry={() => void found.refetch()} />
        : records.length === 0 || !object ? <Empty title={t('funnel.noRecords')} />
        : (
          <>
            <p className="muted small drill-count">{found.hasNextPage ? t(typeof total === 'number' ? 'funnel.shownOf' : 'funnel.shownSome', { count: records.length, total: integer(total) }) : t('funnel.shownAll', { count: records.length })}</p>
            <ul className="drill">
              {records.map((record) => {
                const stay = stays[record.id]
                return (
                  <li key={record.id} data-testid="drill-record">
                    <div className="drill-main">
                      <Link to={`/objects/${object.name}/${record.id}`}>{titleOf(record, object) ?? t('record.untitled')}</Link>
                      <div className="small muted"><Tags tags={record.tags} /></div>
                    </div>
                    <span className="drill-owner"><OwnerCell record={record} object={object} refs={refs} /></span>
                    <span className="drill-end num">
                      {stay ? <strong>{typeof stay.days === 'number' ? t('funnel.days', { n: decimal(stay.days) }) : t('funnel.staying')}</strong> : null}
                      <time className="small muted" title={exactInstant(stay?.entered_at ?? String(record.created_at))}>{instant(stay?.entered_at ?? String(record.created_at))}</time>
                    </span>
                  </li>
                )
              })}
            </ul>
            {found.hasNextPage ? <Button type="link" loading={found.isFetchingNextPage} onClick={() => void found.fetchNextPage()}>{t('funnel.more')}</Button> : null}
          </>
        )}
    </Drawer>
  )
}
