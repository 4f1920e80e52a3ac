import { DatePicker, Segmented, Select } from 'antd'
import dayjs from 'dayjs'
import { useTranslation } from 'react-i18next'
import { useFunnel } from '../../api/funnels'
import { useMeta, useRight } from '../../api/session'
import type { FunnelBy } from '../../api/types'
import { titled } from '../../i18n/titled'
import { Card, PageHead } from '../../parts/PageHead'
import { Empty, Failed, Loading, NoRight } from '../../parts/States'
import { Beside } from './Beside'
import { DrillDrawer } from './DrillDrawer'
import { GroupTable } from './GroupTable'
import { StageChart } from './StageChart'
import { StageTable } from './StageTable'
import { spans, useFunnelState } from './useFunnelState'
import './funnel.css'

export default function FunnelPage() {
  const { t } = useTranslation()
  const allowed = useRight('funnel.read')
  const { funnels } = useMeta()
  if (!allowed) return <div className="page"><PageHead title={t('funnel.title')} /><NoRight /></div>
  if (funnels.length === 0) return <div className="page"><PageHead title={t('funnel.title')} /><Empty title={t('funnel.none')} text={t('funnel.noneText')} /></div>
  return <Funnel />
}

function Funnel() {
  const { t } = useTranslation()
  const { funnels } = useMeta()
  const state = useFunnelState()
  const funnel = funnels.find((f) => f.name === state.name) ?? funnels[0]
  const name = funnel?.name ?? ''
  const whole = useFunnel(name, { mode: state.mode, period: state.period, ...(state.by ? { by: state.by } : {}) })
  const period = state.period
  const custom = 'from' in period
  const bys: FunnelBy[] = ['region', 'team', 'owner', 'source']
  return (
    <div className="page">
      <PageHead title={t('funnel.title')} extra={<span>{whole.data?.understood ?? whole.data?.period.text}</span>} />
      <div className="row funnel-bar" role="group" aria-label={t('funnel.settings')}>
        {funnels.length > 1 ? <Select aria-label={t('funnel.which')} value={name} onChange={(v) => state.set({ name: v })} options={funnels.map((f) => ({ value: f.name, label: titled(f.title, f.name) }))} popupMatchSelectWidth={false} /> : null}
        <Segmented aria-label={t('funnel.modeWord')} value={state.mode} onChange={(v) => state.set({ mode: v })} options={[{ value: 'cohort', label: t('funnel.cohort') }, { value: 'period', label: t('funnel.period') }]} />
        <Select
          aria-label={t('funnel.span')}
          value={custom ? 'custom' : state.span}
          popupMatchSelectWidth={false}
          onChange={(v) => state.set({ span: v === 'custom' ? `${dayjs().subtract(90, 'day').format('YYYY-MM-DD')}..${dayjs().format('YYYY-MM-DD')}` : v })}
          options={[...spans.map((s) => ({ value: s as string, label: t(`funnel.spans.${s}`) })), { value: 'custom', label: t('funnel.spans.custom') }]}
        />
        {'from' in period ? (
          <DatePicker.RangePicker
            aria-label={t('funnel.span')}
            allowClear={false}
            value={[dayjs(period.from), dayjs(period.to)]}
            onChange={(v) => { if (v?.[0] && v[1]) state.set({ span: `${v[0].format('YYYY-MM-DD')}..${v[1].format('YYYY-MM-DD')}` }) }}
          />
        ) : null}
        <Select
          aria-label={t('funnel.by')}
          value={state.by ?? 'none'}
          popupMatchSelectWidth={false}
          onChange={(v) => state.set({ by: v === 'none' ? null : v })}
          options={[{ value: 'none', label: t('funnel.byNone') }, ...bys.map((b) => ({ value: b as string, label: t(`funnel.bys.${b}`) }))]}
        />
      </div>
      {whole.isPending ? <Card><Loading rows={8} /></Card>
        : whole.isError && !whole.data ? <Card><Failed error={whole.error} retry={() => void whole.refetch()} /></Card>
        : (
          <>
            <div className="funnel-grid">
              <Card title={t('funnel.chart', { mode: t(`funnel.${state.mode}`) })} extra={t('funnel.clickNumbers')}>
                {(whole.data.stages[0]?.count ?? 0) === 0 ? <Empty title={t('funnel.noData')} text={t('funnel.noDataText')} /> : <StageChart stages={whole.data.stages} onPick={(stage) => state.openDrill({ stage, metric: 'count' })} />}
                <StageTable stages={whole.data.stages} onOpen={state.openDrill} />
              </Card>
              <Beside name={name} state={state} team={whole.data.stages} />
            </div>
            {state.by ? <GroupTable by={state.by} result={whole.data} onOpen={state.openDrill} /> : null}
          </>
        )}
      {state.drill && funnel ? <DrillDrawer funnel={funnel} state={state} drill={state.drill} stages={whole.data?.stages ?? []} groups={whole.data?.groups ?? []} /> : null}
    </div>
  )
}
