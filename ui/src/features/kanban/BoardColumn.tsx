import { useDroppable } from '@dnd-kit/core'
import { Button } from 'antd'
import { useTranslation } from 'react-i18next'
import { allOf, type Condition } from '../../api/condition'
import { useColumn } from '../../api/deals'
import { mergeRefs } from '../../api/records'
import type { Field, ObjectMeta, RecordData } from '../../api/types'
import { Failed, Loading } from '../../parts/States'
import { BoardCard } from './BoardCard'
import { cardsOf, inColumn, type Column, type Move } from './board'
import { ColumnHead, labelOf } from './ColumnHead'

interface Props {
  object: ObjectMeta
  field: Field
  sum?: Field
  value: string
  columns: Column[]
  filter?: Condition
  movable: boolean
  moves: Move[]
  fresh: string | null
  onMove: (record: RecordData, to: string) => void
}

/** One column: its figures are of all its records, its cards of the first ones, with more on demand. */
export function BoardColumn({ object, field, sum, value, columns, filter, movable, moves, fresh, onMove }: Props) {
  const { t } = useTranslation()
  const list = useColumn({ object: object.name, filter: allOf(filter, inColumn(field, value)) ?? inColumn(field, value) }, true)
  const { setNodeRef, isOver } = useDroppable({ id: value, disabled: !movable || value === '' })
  const column = columns.find((c) => c.value === value) as Column
  const pages = list.data?.pages ?? []
  const cards = cardsOf(value, pages.flatMap((p) => p.records), moves)
  const refs = mergeRefs(...pages.map((p) => p.refs))
  const left = Math.max(0, column.count - cards.length)
  return (
    <section ref={setNodeRef} className={`board-column ${isOver ? 'is-over' : ''}`} aria-label={labelOf(column, t('convert.board.none'))} data-testid="board-column" data-value={value}>
      <header><ColumnHead column={column} /></header>
      {list.isPending ? <Loading rows={3} />
        : list.isError && cards.length === 0 ? <Failed error={list.error} retry={() => void list.refetch()} />
        : cards.length === 0 ? <p className="board-none muted small">{t('convert.board.empty')}</p>
        : (
          <ul>
            {cards.map((record) => (
              <BoardCard key={record.id} object={object} record={record} refs={refs} sum={sum} columns={columns} value={value} movable={movable} moving={moves.some((m) => m.record.id === record.id)} fresh={fresh === record.id} onMove={onMove} />
            ))}
            {list.hasNextPage ? <li className="board-more"><Button block type="text" loading={list.isFetchingNextPage} onClick={() => void list.fetchNextPage()}>{t('convert.board.more', { count: left })}</Button></li> : null}
          </ul>
        )}
    </section>
  )
}
