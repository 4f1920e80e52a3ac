import { PlusOutlined, DeleteOutlined } from '@ant-design/icons'
import { Button, InputNumber, Select } from 'antd'
import { useRef, type KeyboardEvent, type PointerEvent } from 'react'
import { useTranslation } from 'react-i18next'
import { useMeta } from '../../api/session'
import type { Field } from '../../api/types'
import { kindOf } from '../../fields'
import { bandsOf, edgesOf, join, moveCut, scale, split, type Bands } from './bands'
import type { TagEdge } from '../config/specs'

interface Props { field: Field; edges: TagEdge[]; options: { value: string; label: string; color?: string }[]; onChange: (edges: TagEdge[]) => void; disabled: boolean; bands: Bands; onBands: (b: Bands) => void }

/** Bands as one bar: its handles are dragged, moved by keys, or given exact numbers; there is no way to leave a gap or to overlap. */
export function BandBar({ field, options, disabled, bands, onBands }: Omit<Props, 'edges' | 'onChange'>) {
  const { t } = useTranslation()
  const meta = useMeta()
  const bar = useRef<HTMLDivElement>(null)
  const held = useRef<{ cut: number; min: number; max: number; step: number } | null>(null)
  const reach = scale(bands.cuts)
  const { min, max, step } = reach
  const left = (at: number): number => Math.min(98, Math.max(2, ((at - min) / (max - min)) * 100))
  const words = (at: number): string => kindOf(field).words(at, field, meta)
  const named = (v: string): string => (v ? (options.find((o) => o.value === v)?.label ?? v) : t('tag.noTag'))
  const drag = (event: PointerEvent): void => {
    const h = held.current
    const box = bar.current?.getBoundingClientRect()
    if (!h || !box) return
    const raw = h.min + ((event.clientX - box.left) / box.width) * (h.max - h.min)
    onBands(moveCut(bands, h.cut, Math.round(raw / h.step) * h.step))
  }
  const keys = (event: KeyboardEvent, i: number, at: number): void => {
    const by = { ArrowLeft: -step, ArrowDown: -step, ArrowRight: step, ArrowUp: step, PageDown: -10 * step, PageUp: 10 * step }[event.key]
    if (by === undefined) return
    event.preventDefault()
    onBands(moveCut(bands, i, at + by))
  }
  const edges = [min, ...bands.cuts.map((c) => c.at), max]
  return (
    <div className="bands">
      <div ref={bar} className="band-bar" onPointerMove={drag} onPointerUp={() => (held.current = null)} onPointerCancel={() => (held.current = null)}>
        {bands.values.map((v, i) => (
          <span key={i} className={`band-part band-tone-${i % 4} ${v ? '' : 'is-none'}`} style={{ left: `${i === 0 ? 0 : left(edges[i] ?? min)}%`, right: `${i === bands.values.length - 1 ? 0 : 100 - left(edges[i + 1] ?? max)}%` }} title={named(v)}>
            <span>{named(v)}</span>
          </span>
        ))}
        {bands.cuts.map((c, i) => (
          <button
            key={i}
            type="button"
            role="slider"
            className="band-handle"
            style={{ left: `${left(c.at)}%` }}
            disabled={disabled}
            aria-label={t('builder.border', { low: named(bands.values[i] ?? ''), high: named(bands.values[i + 1] ?? '') })}
            aria-valuenow={c.at}
            aria-valuemin={bands.cuts[i - 1]?.at ?? min}
            aria-valuemax={bands.cuts[i + 1]?.at ?? max}
            aria-valuetext={words(c.at)}
            onKeyDown={(e) => keys(e, i, c.at)}
            onPointerDown={(e) => {
              held.current = { cut: i, ...reach }
              e.currentTarget.setPointerCapture(e.pointerId)
            }}
          >
            <span aria-hidden>{words(c.at)}</span>
          </button>
        ))}
      </div>
      <ul className="lines">
        {bands.values.map((v, i) => {
          const cut = bands.cuts[i]
          return (
            <li key={i} className="line line-wrap band-line">
              <Select aria-label={t('tag.bandValue', { n: i + 1 })} className="line-main" value={v} disabled={disabled} options={[...options, { value: '', label: t('tag.noTag') }]} onChange={(value: string) => onBands({ ...bands, values: bands.values.map((x, n) => (n === i ? value : x)) })} />
              {cut ? (
                <span className="row nowrap-row">
                  <Select aria-label={t('builder.side', { n: i + 1 })} value={cut.low ? 'lte' : 'lt'} disabled={disabled} popupMatchSelectWidth={false} onChange={(k) => onBands({ ...bands, cuts: bands.cuts.map((c, n) => (n === i ? { ...c, low: k === 'lte' } : c)) })} options={[{ value: 'lt', label: t('cond.op.lt') }, { value: 'lte', label: t('cond.op.lte') }]} />
                  <InputNumber<number> aria-label={t('builder.borderAt', { n: i + 1 })} value={cut.at} disabled={disabled} controls={false} style={{ width: 120 }} onChange={(n) => n !== null && onBands(moveCut(bands, i, n))} />
                </span>
              ) : <span className="muted small">{bands.cuts.length > 0 ? t('builder.above') : t('builder.all')}</span>}
              <span className="movers">
                <Button type="text" size="small" icon={<PlusOutlined aria-hidden />} aria-label={t('builder.split', { n: i + 1 })} title={t('builder.split', { n: i + 1 })} disabled={disabled} onClick={() => onBands(split(bands, i))} />
                <Button type="text" size="small" icon={<DeleteOutlined aria-hidden />} aria-label={t('builder.join', { n: i + 1 })} title={t('builder.join', { n: i + 1 })} disabled={disabled || bands.values.length < 2} onClick={() => onBands(join(bands, i))} />
              </span>
            </li>
          )
        })}
      </ul>
    </div>
  )
}

/** The bands of written edges, and the edges of moved bands. */
export function EdgeBands({ edges, onChange, ...rest }: Omit<Props, 'bands' | 'onBands'>) {
  return <BandBar {...rest} bands={bandsOf(edges)} onBands={(b) => onChange(edgesOf(b))} />
}
