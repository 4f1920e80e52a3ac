import { DndContext, DragOverlay, MouseSensor, pointerWithin, TouchSensor, useDraggable, useDroppable, useSensor, useSensors, type CollisionDetection, type DragEndEvent } from '@dnd-kit/core'
import { useMemo, useState, type KeyboardEvent, type ReactNode } from 'react'
import { useTranslation } from 'react-i18next'
import { children as parts, groupKind } from '../../api/condition'
import { FramesContext, frameKey, type FrameProps, type Frames } from '../../parts/conditionFrames'
import type { PaletteItem } from './items'
import { nodeAt, nudge, type Direction, type Path } from './tree'
import { sideOf, treeOf, withTree, type Side, type Zone } from './zones'
import type { PolicySpec, TagSpec } from '../config/specs'

/** What is being dragged. */
export type Dragged =
  | { kind: 'item'; item: PaletteItem; label: string; side: Side }
  | { kind: 'leaf'; zone: Zone; path: Path; side: Side; label: string }
  | { kind: 'branch'; name: string; label: string }

/** Where it can be let go: a group of a condition, a place before a condition, or a part of the page that knows what to do. */
export type Target = { kind: 'group'; zone: Zone; path: Path } | { kind: 'before'; zone: Zone; path: Path } | { kind: 'card'; name: string } | { kind: 'spot'; name: string }

interface Props {
  spec: PolicySpec | TagSpec
  disabled: boolean
  opened?: string
  onEdit: (spec: never, opened?: string) => void
  onDrop: (dragged: Dragged, target: Target) => void
  children: ReactNode
}

/** The innermost of the places under the pointer. */
const innermost: CollisionDetection = (args) => {
  const sort = (rect?: { width: number; height: number } | null): number => (rect ? rect.width * rect.height : Infinity)
  return pointerWithin(args).sort((a, b) => sort(args.droppableRects.get(a.id)) - sort(args.droppableRects.get(b.id)))
}

const ways: Record<string, Direction> = { ArrowLeft: 'back', ArrowRight: 'on', ArrowUp: 'out', ArrowDown: 'in' }

interface AreaProps<D> { onDrop: (dragged: D, target: unknown) => void; onKeyDown?: (e: KeyboardEvent) => void; children: ReactNode }

/** A part of a page within which things are dragged by mouse and finger, each carried as its label. */
export function DragArea<D extends { kind: string; label: string }>({ onDrop, onKeyDown, children }: AreaProps<D>) {
  const [dragged, setDragged] = useState<D | null>(null)
  const sensors = useSensors(useSensor(MouseSensor, { activationConstraint: { distance: 4 } }), useSensor(TouchSensor, { activationConstraint: { delay: 180, tolerance: 8 } }))
  function end(event: DragEndEvent): void {
    const what = event.active.data.current as D | undefined
    const where: unknown = event.over?.data.current
    setDragged(null)
    if (what && where) onDrop(what, where)
  }
  return (
    <DndContext sensors={sensors} collisionDetection={innermost} onDragStart={(e) => setDragged((e.active.data.current as D | undefined) ?? null)} onDragCancel={() => setDragged(null)} onDragEnd={end} autoScroll={{ threshold: { x: 0, y: 0.08 } }} accessibility={{ screenReaderInstructions: { draggable: '' } }}>
      {/* Keys bubble from what stands in it; the div itself is no control. */}
      <div className={`builder-dnd ${dragged ? `is-dragging drags-${dragged.kind}` : ''}`} onKeyDown={onKeyDown}>{children}</div>
      <DragOverlay dropAnimation={null}>{dragged ? <span className="drag-ghost">{dragged.label}</span> : null}</DragOverlay>
    </DndContext>
  )
}

/** Dragging by mouse and finger for a builder's page, and Alt with the arrow keys for the same by keyboard. */
export function BuilderDnd({ spec, disabled, opened, onEdit, onDrop, children }: Props) {
  const frames = useMemo<Frames>(() => ({ Group: GroupFrame, Leaf: LeafFrame, opened }), [opened])

  /** Alt with an arrow moves the condition that has the focus. */
  function keys(event: KeyboardEvent): void {
    const way = event.altKey ? ways[event.key] : undefined
    const frame = (event.target as HTMLElement).closest<HTMLElement>('[data-leaf]')
    if (!way || !frame || disabled) return
    const [zone, path] = readKey(frame.dataset.leaf ?? '')
    const before = treeOf(spec, zone)
    const after = nudge(before, path, way)
    event.preventDefault()
    if (after === before) return
    const node = nodeAt(before, path)
    onEdit(withTree(spec, zone, after) as never)
    const at = node ? find(after, node) : null
    if (at) requestAnimationFrame(() => document.querySelector<HTMLElement>(`[data-leaf="${frameKey(zone, at)}"] .cond-chip-text`)?.focus())
  }
  return (
    <DragArea<Dragged> onDrop={(what, where) => onDrop(what, where as Target)} onKeyDown={keys}>
      <FramesContext value={frames}>{children}</FramesContext>
    </DragArea>
  )
}

const readKey = (key: string): [Zone, Path] => {
  const bar = key.lastIndexOf('|')
  return [key.slice(0, bar), key.slice(bar + 1).split('.').filter((s) => s !== '').map(Number)]
}

function find(tree: ReturnType<typeof treeOf>, node: unknown, at: Path = []): Path | null {
  if (tree === node) return at
  if (!groupKind(tree)) return null
  for (const [i, child] of parts(tree).entries()) {
    const found = find(child, node, [...at, i])
    if (found) return found
  }
  return null
}

export const fitting = (dragged: Dragged | undefined, zone: Zone): boolean => Boolean(dragged && dragged.kind !== 'branch' && dragged.side === sideOf(zone))

/** A group of conditions: what is let go on it comes to stand at its end. */
function GroupFrame({ zone, path, children }: FrameProps) {
  const { setNodeRef, isOver, active } = useDroppable({ id: `group:${frameKey(zone, path)}`, data: { kind: 'group', zone, path } satisfies Target, disabled: zone === '' })
  return <div ref={setNodeRef} className={`drop-group ${isOver && fitting(active?.data.current as Dragged | undefined, zone) ? 'is-over' : ''}`}>{children}</div>
}

/** One condition: it can be taken up, and what is let go on it comes to stand before it. */
function LeafFrame({ zone, path, children }: FrameProps) {
  const { t } = useTranslation()
  const id = frameKey(zone, path)
  const { setNodeRef: setPlace, isOver, active } = useDroppable({ id: `before:${id}`, data: { kind: 'before', zone, path } satisfies Target, disabled: zone === '' })
  const { setNodeRef: setGrip, listeners, isDragging } = useDraggable({ id: `leaf:${id}`, data: { kind: 'leaf', zone, path, side: sideOf(zone), label: t('builder.condition') } satisfies Dragged, disabled: zone === '' })
  const over = isOver && !isDragging && fitting(active?.data.current as Dragged | undefined, zone)
  return (
    <span ref={setPlace} data-leaf={id} className={`leaf-frame ${over ? 'is-over' : ''} ${isDragging ? 'is-lifted' : ''}`}>
      <span ref={setGrip} className="leaf-grip" title={t('builder.moveHint')} aria-hidden {...listeners}>⠿</span>
      {children}
    </span>
  )
}

/** A part of the page on which something can be let go. */
export function Spot({ target, accepts, className = '', children }: { target: Target; accepts: (d: Dragged) => boolean; className?: string; children: ReactNode }) {
  const name = 'name' in target ? target.name : ''
  const { setNodeRef, isOver, active } = useDroppable({ id: `${target.kind}:${name}`, data: target })
  const dragged = active?.data.current as Dragged | undefined
  return <div ref={setNodeRef} className={`${className} ${isOver && dragged && accepts(dragged) ? 'is-over' : ''}`}>{children}</div>
}
