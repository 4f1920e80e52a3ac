import { DndContext, DragOverlay, MouseSensor, pointerWithin, TouchSensor, useSensor, useSensors, type DragEndEvent } from '@dnd-kit/core'
import { UnorderedListOutlined } from '@ant-design/icons'
import { Button, Tabs } from 'antd'
import { useMemo, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { Link, useNavigate, useParams } from 'react-router'
import { allOf } from '../../api/condition'
import { useColumns } from '../../api/deals'
import { useMeta, useObject, useSession } from '../../api/session'
import type { Field, ObjectMeta, RecordData } from '../../api/types'
import { titled } from '../../i18n/titled'
import { PageHead } from '../../parts/PageHead'
import { Empty, Failed, Loading, Missing } from '../../parts/States'
import { usePhone } from '../../parts/usePhone'
import { CreateDrawer } from '../records/CreateDrawer'
import { FilterBar } from '../records/FilterBar'
import { useListState, keepOf } from '../records/useListState'
import { BoardColumn } from './BoardColumn'
import { columnsOf, fieldOf, sumOf } from './board'
import { CardFace } from './BoardCard'
import { ColumnHead } from './ColumnHead'
import { MoveModal } from './MoveModal'
import { useMoves } from './useMoves'
import './kanban.css'

export default function KanbanPage() {
  const { object: name = '' } = useParams()
  const object = useObject(name)
  const meta = useMeta()
  const { t } = useTranslation()
  if (!object) return <div className="page"><Missing /></div>
  if (!fieldOf(object, meta, null)) return <div className="page"><Missing text={t('convert.board.noField')}><Link to={`/objects/${name}`}>{t('state.toList', { object: titled(object.title, name) })}</Link></Missing></div>
  return <Board key={name} object={object} />
}

/** Records by the values of a choice field: dragged, or moved by keyboard and menu, from column to column. */
function Board({ object }: { object: ObjectMeta }) {
  const { t } = useTranslation()
  const meta = useMeta()
  const phone = usePhone()
  const navigate = useNavigate()
  const { user } = useSession()
  const state = useListState(object, user.id, user.roles.includes('rep'))
  const field = fieldOf(object, meta, state.params.get('by')) as Field
  const sum = sumOf(object)
  const stages = meta.pipelines.find((p) => p.object === object.name && p.field === field.name)?.stages
  const filter = useMemo(() => allOf(state.view.filter, ...state.conditions), [state.view, state.conditions])
  const figures = useColumns({ object: object.name, by: field.name, sum: sum?.name, filter })
  const board = useMoves(object, field)
  const [dragged, setDragged] = useState<RecordData | null>(null)
  const sensors = useSensors(useSensor(MouseSensor, { activationConstraint: { distance: 6 } }), useSensor(TouchSensor, { activationConstraint: { delay: 250, tolerance: 6 } }))
  const columns = columnsOf(field, figures.data ?? [], stages, board.moves, sum)
  const terms = { fields: object.fields.filter((f) => f.type !== 'json' && !['id', 'version', 'deleted_at', field.name].includes(f.name)) }
  const title = titled(object.title, object.name)
  const total = columns.reduce((n, c) => n + c.count, 0)
  const end = (event: DragEndEvent): void => {
    setDragged(null)
    const record = event.active.data.current?.record as RecordData | undefined
    if (record && event.over) board.move(record, String(event.over.id))
  }
  const shown = columns.find((c) => c.value === state.params.get('col')) ?? columns[0]
  const movable = object.rights.update && !field.readonly
  const column = (value: string) => (
    <BoardColumn
      key={value} object={object} field={field} sum={sum} value={value} columns={columns} filter={filter} movable={movable} fresh={board.fresh}
      moves={board.moves} onMove={board.move}
    />
  )
  return (
    <div className={`page board-page ${phone ? '' : 'page-fill'}`}>
      <PageHead title={t('convert.board.title', { object: title })} extra={figures.data ? <span>{t('list.count', { count: total })} · {t('list.live')}</span> : null}>
        <Button icon={<UnorderedListOutlined aria-hidden />} onClick={() => void navigate(`/objects/${object.name}${keepOf(state.params, ['view', 'filter'])}`)}>{t('convert.board.list')}</Button>
        {object.rights.create ? <Button type="primary" onClick={() => state.setParam('new', '1')}>{t('create.title', { object: title })}</Button> : null}
      </PageHead>
      <Tabs className="view-tabs" activeKey={state.view.key} onChange={state.setView} items={state.views.filter((v) => !v.aside).map((v) => ({ key: v.key, label: t(`view.${v.key}`, { object: title }) }))} />
      <FilterBar terms={terms} conditions={state.conditions} onChange={state.setConditions} />
      {figures.isPending ? <Loading rows={10} />
        : figures.isError && !figures.data ? <Failed error={figures.error} retry={() => void figures.refetch()} />
        : total === 0 && state.conditions.length > 0 ? <Empty title={t('list.noneFiltered')} text={t('list.noneFilteredText')}><Button onClick={() => state.setConditions([])}>{t('filter.clear')}</Button></Empty>
        : phone ? (
          <>
            <div className="board-tabs" role="tablist" aria-label={titled(field.title, field.name)}>
              {columns.map((c) => (
                <button key={c.value} type="button" role="tab" aria-selected={c.value === shown?.value} onClick={() => state.setParam('col', c.value)}><ColumnHead column={c} short /></button>
              ))}
            </div>
            {shown ? column(shown.value) : null}
          </>
        ) : (
          <DndContext sensors={sensors} collisionDetection={pointerWithin} onDragStart={(e) => setDragged((e.active.data.current?.record as RecordData | undefined) ?? null)} onDragCancel={() => setDragged(null)} onDragEnd={end}>
            <div className="board">{columns.map((c) => column(c.value))}</div>
            <DragOverlay dropAnimation={null}>{dragged ? <div className="board-card is-dragged"><CardFace object={object} record={dragged} sum={sum} refs={{}} /></div> : null}</DragOverlay>
          </DndContext>
        )}
      {movable && !phone ? <p className="list-foot muted small">{t('convert.board.keys')}</p> : null}
      <span className="visually-hidden" role="status" aria-live="polite">{board.said}</span>
      {board.asking ? <MoveModal object={object} field={field} asking={board.asking} onSave={(more) => board.answer(more)} onClose={() => board.answer(null)} /> : null}
      {state.params.get('new') === '1' && object.rights.create ? <CreateDrawer object={object} onClose={state.closeNew} /> : null}
    </div>
  )
}
