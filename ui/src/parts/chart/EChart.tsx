import { BarChart } from 'echarts/charts'
import { GridComponent, TooltipComponent } from 'echarts/components'
import { init, use as register, type EChartsCoreOption, type EChartsType } from 'echarts/core'
import { SVGRenderer } from 'echarts/renderers'
import { useEffect, useRef } from 'react'

register([BarChart, GridComponent, TooltipComponent, SVGRenderer])

interface Props { option: EChartsCoreOption; height: number; label: string; onPick?: (index: number) => void }

/** A thin wrapper: draws the option, follows the size, reports the picked item. Loaded when first shown. */
export default function EChart({ option, height, label, onPick }: Props) {
  const box = useRef<HTMLDivElement>(null)
  const chart = useRef<EChartsType>(undefined)
  const pick = useRef(onPick)
  useEffect(() => { pick.current = onPick })
  useEffect(() => {
    const element = box.current
    if (!element) return
    const made = init(element, undefined, { renderer: 'svg' })
    chart.current = made
    made.on('click', (event) => { if (typeof event.dataIndex === 'number') pick.current?.(event.dataIndex) })
    const observer = new ResizeObserver(() => made.resize())
    observer.observe(element)
    return () => {
      observer.disconnect()
      made.dispose()
      chart.current = undefined
    }
  }, [])
  useEffect(() => { chart.current?.setOption(option, { notMerge: true }) }, [option])
  return <div ref={box} style={{ height }} role="img" aria-label={label} />
}
