import { lazy, Suspense, useMemo } from 'react'
import { useTranslation } from 'react-i18next'
import type { FunnelStage } from '../../api/types'
import { titled } from '../../i18n/titled'
import { integer, percent } from '../../parts/format'
import { usePhone } from '../../parts/usePhone'
import { fontFamily } from '../../theme/antd'
import { useMode } from '../../theme/context'
import { mix, palette } from '../../theme/tokens'

const EChart = lazy(() => import('../../parts/chart/EChart'))
const bandHeight = 40

/** The funnel as bars: each step's length is its count, with the share of the step before. */
export function StageChart({ stages, onPick }: { stages: FunnelStage[]; onPick: (stage: string) => void }) {
  const { t } = useTranslation()
  const { mode } = useMode()
  const phone = usePhone()
  const option = useMemo(() => {
    const p = palette(mode)
    return {
      animationDuration: 250,
      textStyle: { fontFamily },
      grid: { left: phone ? 68 : 84, right: phone ? 104 : 130, top: 4, bottom: 4 },
      xAxis: { type: 'value', show: false, max: 'dataMax' },
      yAxis: {
        type: 'category', inverse: true, data: stages.map((s) => titled(s.title, s.stage)),
        axisLine: { show: false }, axisTick: { show: false },
        axisLabel: { color: p.ink, fontSize: 14, align: 'left', margin: phone ? 68 : 84 },
      },
      tooltip: {
        trigger: 'item', backgroundColor: p.raised, borderColor: p.line, textStyle: { color: p.ink, fontSize: 13 },
        formatter: ({ dataIndex }: { dataIndex: number }) => {
          const s = stages[dataIndex]
          return s ? t('funnel.tip', { stage: titled(s.title, s.stage), count: integer(s.count), prev: percent(s.rate_prev), first: percent(s.rate_first) }) : ''
        },
      },
      series: [{
        type: 'bar', barWidth: 22, cursor: 'pointer',
        data: stages.map((s, i) => ({ value: s.count, itemStyle: { color: mix(p.brandSolid, p.card, i * 0.2), borderRadius: 3 } })),
        label: {
          show: true, position: 'right', color: p.ink, fontSize: 14,
          formatter: ({ dataIndex }: { dataIndex: number }) => {
            const s = stages[dataIndex]
            return s ? `${integer(s.count)}${s.rate_prev === null || s.rate_prev === undefined ? '' : `  {r|${percent(s.rate_prev)}}`}` : ''
          },
          rich: { r: { color: p.ink2, fontSize: 12 } },
        },
      }],
    }
  }, [stages, mode, phone, t])
  const height = stages.length * bandHeight
  const label = stages.map((s) => `${titled(s.title, s.stage)} ${integer(s.count)}`).join(' · ')
  return (
    <Suspense fallback={<div style={{ height }} />}>
      <EChart option={option} height={height} label={label} onPick={(i) => { const s = stages[i]; if (s) onPick(s.stage) }} />
    </Suspense>
  )
}
