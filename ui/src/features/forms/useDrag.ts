import { useRef, useState, type PointerEvent } from 'react'

/** What is dragged: a line by its place, or something new by its name. */
export type Dragged = number | string

const slack = 5
const aside = 60

const read = (text: string): Dragged => (/^\d+$/.test(text) ? Number(text) : text)

/** The place in the list under a point: before which line; null outside. */
function placeIn(list: Element, x: number, y: number): number | null {
  const box = list.getBoundingClientRect()
  if (x < box.left - aside || x > box.right + aside || y < box.top - aside || y > box.bottom + aside) return null
  const lines = [...list.children].map((line) => line.getBoundingClientRect())
  const before = lines.findIndex((line) => y < line.top + line.height / 2)
  return before < 0 ? lines.length : before
}

/**
 * Dragging into and within a list, by mouse and by thumb. `area` goes on an element around the list (marked data-drag-list) and all that can
 * be picked up (data-drag: a line's place, or a name). `over` is the place at which it would come to lie, null outside the list.
 * The keyboard has a way of its own.
 */
export function useDrag(drop: (what: Dragged, to: number) => void) {
  const begun = useRef<{ what: Dragged; x: number; y: number; moved: boolean; list: Element } | null>(null)
  const dragged = useRef(false)
  const [state, setState] = useState<{ what: Dragged; to: number | null } | null>(null)
  const area = {
    onPointerDown: (e: PointerEvent<HTMLElement>) => {
      const source = (e.target as HTMLElement).closest<HTMLElement>('[data-drag]')
      const list = e.currentTarget.querySelector('[data-drag-list]')
      dragged.current = false
      if (e.button !== 0 || !source || !list) return
      begun.current = { what: read(source.dataset.drag ?? ''), x: e.clientX, y: e.clientY, moved: false, list }
      source.setPointerCapture(e.pointerId)
    },
    onPointerMove: (e: PointerEvent<HTMLElement>) => {
      const from = begun.current
      if (!from) return
      from.moved = from.moved || Math.abs(e.clientX - from.x) + Math.abs(e.clientY - from.y) > slack
      if (from.moved) setState({ what: from.what, to: placeIn(from.list, e.clientX, e.clientY) })
    },
    onPointerUp: (e: PointerEvent<HTMLElement>) => {
      const from = begun.current
      begun.current = null
      dragged.current = from?.moved ?? false
      setState(null)
      const to = from?.moved ? placeIn(from.list, e.clientX, e.clientY) : null
      if (from && to !== null) drop(from.what, to)
    },
    onPointerCancel: () => {
      begun.current = null
      setState(null)
    },
    onClickCapture: (e: { stopPropagation: () => void }) => {
      if (dragged.current) e.stopPropagation() // a drag ends with a click on what was dragged
      dragged.current = false
    },
  }
  return { area, what: state?.what ?? null, over: state?.to ?? null }
}
