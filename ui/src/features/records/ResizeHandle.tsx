import { useRef } from 'react'
import { narrowest, widest } from './columns'

const step = 16
/** What a column that was never set is said to have; its real width follows its content. */
const usual = 160

/** The edge of a column's head: dragged, or moved by the arrow keys. */
export function ResizeHandle({ label, width, onWidth }: { label: string; width?: number; onWidth: (width: number) => void }) {
  const begun = useRef<{ x: number; width: number } | null>(null)
  const bounded = (w: number): number => Math.round(Math.max(narrowest, Math.min(widest, w)))
  const present = (el: HTMLElement): number => width ?? el.closest('th')?.getBoundingClientRect().width ?? 160
  return (
    <span
      className="col-resize" role="separator" aria-orientation="vertical" aria-label={label} aria-valuenow={width ?? usual} aria-valuemin={narrowest} aria-valuemax={widest} tabIndex={0}
      onClick={(e) => e.stopPropagation()}
      onPointerDown={(e) => {
        e.preventDefault()
        e.currentTarget.setPointerCapture(e.pointerId)
        begun.current = { x: e.clientX, width: present(e.currentTarget) }
      }}
      onPointerMove={(e) => { if (begun.current) onWidth(bounded(begun.current.width + e.clientX - begun.current.x)) }}
      onPointerUp={() => { begun.current = null }}
      onPointerCancel={() => { begun.current = null }}
      onKeyDown={(e) => {
        if (e.key !== 'ArrowLeft' && e.key !== 'ArrowRight') return
        e.preventDefault()
        e.stopPropagation()
        onWidth(bounded(present(e.currentTarget) + (e.key === 'ArrowRight' ? step : -step)))
      }}
    />
  )
}
