import { DndContext, DragOverlay, MouseSensor, pointerWithin, TouchSensor, useDraggable, useDroppable, useSensor, useSensors, type DragEndEvent } from '@dnd-kit/core'
import { HolderOutlined } from '@ant-design/icons'
import { App, Button } from 'antd'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useDropMove, useMoves } from '../../api/people'
import { useMeta, useRight } from '../../api/session'
import type { Person, Unit } from '../../api/types'
import { Avatar } from '../../parts/Avatar'
import { Card } from '../../parts/PageHead'
import { problemText } from '../../parts/problem'
import { MoveModal, type Moving } from './MoveModal'
import { topUnits, unitsBelow } from './org'

/** The company as a tree. Who keeps the people drags units and people to another unit, or moves them by the button beside each. */
export function OrgTree() {
  const { t } = useTranslation()
  const { units, people } = useMeta()
  const may = useRight('people.write')
  const [moving, setMoving] = useState<Moving | null>(null)
  const [dragged, setDragged] = useState<Moving | null>(null)
  const sensors = useSensors(useSensor(MouseSensor, { activationConstraint: { distance: 4 } }), useSensor(TouchSensor, { activationConstraint: { delay: 180, tolerance: 8 } }))
  const end = ({ active, over }: DragEndEvent): void => {
    const what = active.data.current as Moving | undefined
    const to = over?.id === undefined ? undefined : String(over.id)
    setDragged(null)
    if (!what || !to) return
    const at = what.object === 'person' ? people.find((p) => p.id === what.id)?.unit : units.find((u) => u.id === what.id)?.parent
    if (to === at || (what.object === 'org_unit' && unitsBelow(units, what.id).has(to))) return
    setMoving({ ...what, to })
  }
  const parts = { units, people: people.filter((p) => p.active), may, onMove: setMoving }
  return (
    <>
      {may ? <Coming /> : null}
      {may ? <p className="muted small">{t('org.hint')}</p> : null}
      <DndContext sensors={sensors} collisionDetection={pointerWithin} onDragStart={(e) => setDragged((e.active.data.current as Moving) ?? null)} onDragCancel={() => setDragged(null)} onDragEnd={end} accessibility={{ screenReaderInstructions: { draggable: '' } }}>
        <ul className="org-tree" aria-label={t('org.title')}>{topUnits(units).map((u) => <UnitNode key={u.id} unit={u} {...parts} />)}</ul>
        <DragOverlay dropAnimation={null}>{dragged ? <span className="drag-ghost">{dragged.name}</span> : null}</DragOverlay>
      </DndContext>
      {moving ? <MoveModal moving={moving} onClose={() => setMoving(null)} /> : null}
    </>
  )
}

interface Parts { units: Unit[]; people: Person[]; may: boolean; onMove: (m: Moving) => void }

function UnitNode({ unit, ...parts }: Parts & { unit: Unit }) {
  const { t } = useTranslation()
  const { setNodeRef, isOver } = useDroppable({ id: unit.id })
  const members = parts.people.filter((p) => p.unit === unit.id)
  const inner = parts.units.filter((u) => u.parent === unit.id)
  return (
    <li>
      <div ref={setNodeRef} className={`org-unit ${isOver ? 'is-over' : ''}`} data-unit={unit.id}>
        <Row moving={{ object: 'org_unit', id: unit.id, name: unit.name }} may={parts.may} onMove={parts.onMove}><strong>{unit.name}</strong> <span className="muted small">{t('people.count', { count: members.length })}</span></Row>
        {members.map((p) => <Row key={p.id} moving={{ object: 'person', id: p.id, name: p.name }} may={parts.may} onMove={parts.onMove}><span className="person"><Avatar name={p.name} /> {p.name}</span></Row>)}
      </div>
      {inner.length > 0 ? <ul className="org-tree">{inner.map((u) => <UnitNode key={u.id} unit={u} {...parts} />)}</ul> : null}
    </li>
  )
}

function Row({ moving, may, onMove, children }: { moving: Moving; may: boolean; onMove: (m: Moving) => void; children: React.ReactNode }) {
  const { t } = useTranslation()
  const { setNodeRef, listeners } = useDraggable({ id: `${moving.object}/${moving.id}`, data: moving, disabled: !may })
  return (
    <div ref={setNodeRef} className="org-row" data-move={`${moving.object}/${moving.id}`} {...listeners}>
      {may ? <HolderOutlined aria-hidden className="org-handle" /> : null}
      <span className="grow">{children}</span>
      {may ? <Button type="text" size="small" className="org-move" aria-label={t('org.moveTitle', { name: moving.name })} onClick={() => onMove(moving)}>{t('org.move')}</Button> : null}
    </div>
  )
}

function Coming() {
  const { t } = useTranslation()
  const { message } = App.useApp()
  const moves = useMoves(true)
  const drop = useDropMove()
  if (!moves.data?.length) return null
  return (
    <Card title={t('org.coming')} testid="org-coming">
      <ul className="people-list">
        {moves.data.map((m) => (
          <li key={`${m.object}/${m.id}`}>
            <span className="grow">{t('org.willMove', { day: m.from, name: m.name, to: m.to_name || t('org.top') })}{m.reason ? <span className="muted small"> · {m.reason}</span> : null}</span>
            <Button size="small" aria-label={t('org.dropOf', { name: m.name })} onClick={() => drop.mutate(m, { onSuccess: () => void message.success(t('org.dropped', { name: m.name })), onError: (error) => void message.error(problemText(error)) })}>{t('sharing.takeBack')}</Button>
          </li>
        ))}
      </ul>
    </Card>
  )
}
