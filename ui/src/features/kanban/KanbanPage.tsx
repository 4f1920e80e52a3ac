import { DndContext, DragOverlay, MouseSensor, pointerWithin, TouchSensor, useSensor, useSensors, type DragEndEvent } from '@dnd-kit/core'
import { UnorderedListOutlined } from '@ant-design/icons'
import { Button, Select } from 'antd'
import { useMemo, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { Link, useNavigate, useParams } from 'react-router'
import { allOf } from '../../api/condition'
import { useColumns } from '../../api/deals'
import { useMeta, useObject, useSession } from '../../api/session'
import type { Field, ObjectMeta, RecordData } from '../../api/types'
import { useViews, type ViewBook } from '../../api/views'
import { titled } from '../../i18n/titled'
import { PageHead } from '../../parts/PageHead'
import { Empty, Failed, Loading, Missing } from '../../parts/States'
import { usePhone } from '../../parts/usePhone'
import { CreateDrawer } from '../records/CreateDrawer'
import { FilterBar } from '../records/FilterBar'
import { filterTerms } from '../records/terms'
import { useListState, keepOf } from '../records/useListState'
import { ViewBar } from '../records/ViewBar'
import '../records/records.css'
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
  const views = useViews(name)
  if (!object) return <div className="page"><Missing /></div>
  if (!fieldOf(object, meta, null)) return <div className="page"><Missing text={t('convert.board.noField')}><Link to={`/objects/${name}`}>{t('state.toList', { object: titled(object.title, name) })}</Link></Missing></div>
  if (views.isPending) return <div className="page"><Loading rows={10} /></div>
  return <Board key={name} object={object} book={views.data} />
}

/** Records by the values of a choice field: dragged, or moved by keyboard and menu, from column to column. */
function Board({ object, book }: { object: ObjectMeta; book?: ViewBook }) {
  const { t } = useTranslation()
  const meta = useMeta()
  const phone = usePhone()
  const navigate = useNavigate()
  const { user } = useSession()
  const state = useListState(object, user.id, user.roles.includes('rep'), book, 'kanban')
  const field = fieldOf(object, meta, state.by) as Field
  const choices = object.fields.filter((f) => f.type === 'choice' && (f.options?.length ?? 0) > 0)
  const sum = sumOf(object)
  const stages = meta.pipelines.find((p) => p.object === object.name && p.field === field.name)?.stages
  const filter = useMemo(() => allOf(state.view.filter, ...state.conditions), [state.view, state.conditions])
  const figures = useColumns({ object: object.name, by: field.name, sum: sum?.name, filter })
  const board = useMoves(object, field)
  const [dragged, setDragged] = useState<RecordData | null>(null)
  const sensors = useSensors(useSensor(MouseSensor, { activationConstraint: { distance: 6 } }), useSensor(TouchSensor, { activationConstraint: { delay: 250, tolerance: 6 } }))
  const columns = columnsOf(field, figures.data ?? [], stages, board.moves, sum)
  const terms = useMemo(() => filterTerms(object, meta, t), [object, meta, t])
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
        <Button icon={<UnorderedListOutlined aria-hidden />} onClick={() => void navigate(`/objects/${object.name}${keepOf(state.params, ['view', 'filter', 'q'])}`)}>{t('convert.board.list')}</Button>
        {object.rights.create ? <Button type="primary" onClick={() => state.setParam('new', '1')}>{t('create.title', { object: title })}</Button> : null}
      </PageHead>
      <ViewBar
        object={object} state={state} book={book}
        onPick={(v) => { if (v.saved && v.saved.spec.kind !== 'kanban') void navigate(`/objects/${object.name}?view=${v.key}`); else state.setView(v.key) }}
      />
      <div className="list-bar">
        <Select
          size="small" variant="borderless" aria-label={t('views.by')} popupMatchSelectWidth={false} value={field.name}
          options={choices.map((f) => ({ value: f.name, label: t('views.byField', { name: titled(f.title, f.name) }) }))} onChange={state.setBy}
        />
        <FilterBar terms={terms} conditions={state.conditions} onChange={state.setConditions} />
      </div>
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
