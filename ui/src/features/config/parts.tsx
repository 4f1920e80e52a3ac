import { ArrowDownOutlined, ArrowUpOutlined, DeleteOutlined } from '@ant-design/icons'
import { Button, InputNumber, Switch } from 'antd'
import type { ReactNode } from 'react'
import { useTranslation } from 'react-i18next'

export function Row({ label, hint, children }: { label: string; hint?: string; children: ReactNode }) {
  return (
    <div className="form-row">
      <div className="form-label"><span>{label}</span>{hint ? <span className="muted small">{hint}</span> : null}</div>
      <div className="form-control">{children}</div>
    </div>
  )
}

export function SwitchRow({ label, hint, value, onChange, disabled }: { label: string; hint?: string; value: boolean; onChange: (v: boolean) => void; disabled: boolean }) {
  return <Row label={label} hint={hint}><Switch aria-label={label} checked={value} disabled={disabled} onChange={onChange} /></Row>
}

interface NumberRowProps { label: string; hint?: string; unit: string; value: number | null | undefined; onChange: (v: number | null) => void; disabled: boolean; min?: number }
export function NumberRow({ label, hint, unit, value, onChange, disabled, min = 0 }: NumberRowProps) {
  return <Row label={label} hint={hint}><InputNumber<number> aria-label={label} min={min} value={value ?? null} suffix={unit} disabled={disabled} controls={false} style={{ width: 140 }} onChange={(v) => onChange(v ?? null)} /></Row>
}

/** Order and removal by buttons: the keyboard's way of dragging. */
export function Movers({ what, first, last, onMove, onRemove, disabled }: { what: string; first: boolean; last: boolean; onMove?: (step: 1 | -1) => void; onRemove: () => void; disabled: boolean }) {
  const { t } = useTranslation()
  return (
    <span className="movers">
      {onMove ? <Button type="text" size="small" icon={<ArrowUpOutlined aria-hidden />} aria-label={t('config.up', { what })} disabled={disabled || first} onClick={() => onMove(-1)} /> : null}
      {onMove ? <Button type="text" size="small" icon={<ArrowDownOutlined aria-hidden />} aria-label={t('config.down', { what })} disabled={disabled || last} onClick={() => onMove(1)} /> : null}
      <Button type="text" size="small" icon={<DeleteOutlined aria-hidden />} aria-label={t('config.remove', { what })} disabled={disabled} onClick={onRemove} />
    </span>
  )
}
