import { useDraggable } from '@dnd-kit/core'
import { MoreOutlined } from '@ant-design/icons'
import { Button, Dropdown } from 'antd'
import { useEffect, useRef, type KeyboardEvent } from 'react'
import { useTranslation } from 'react-i18next'
import { Link } from 'react-router'
import type { Field, ObjectMeta, RecordData, Refs } from '../../api/types'
import { FieldShow } from '../../fields'
import { isBlank } from '../../fields/kind'
import { Age } from '../records/Cell'
import { titleOf } from '../records/views'
import { beside, type Column } from './board'
import { labelOf } from './ColumnHead'

interface Props { object: ObjectMeta; record: RecordData; refs: Refs; sum?: Field; columns: Column[]; value: string; movable: boolean; moving: boolean; fresh: boolean; onMove: (record: RecordData, to: string) => void }

/** What a card shows: its name, its amount, whose it is, and since when it stands here. */
export function CardFace({ object, record, sum, refs }: { object: ObjectMeta; record: RecordData; sum?: Field; refs: Refs }) {
  const { t } = useTranslation()
  const owner = object.fields.find((f) => f.name === 'owner')
  const due = object.fields.find((f) => f.name === 'expected_at')
  return (
    <>
      <Link className="board-card-title" to={`/objects/${object.name}/${record.id}`} draggable={false}>{titleOf(record, object) ?? t('record.untitled')}</Link>
      <span className="board-card-facts small">
        {sum && !isBlank(record[sum.name]) ? <FieldShow field={sum} value={record[sum.name]} refs={refs} /> : <span className="muted">{t('convert.board.noAmount')}</span>}
        {due && !isBlank(record[due.name]) ? <span className="muted">{t('convert.board.due')} <FieldShow field={due} value={record[due.name]} refs={refs} /></span> : null}
      </span>
      <span className="board-card-foot muted small">
        {owner && !isBlank(record.owner) ? <span className="board-card-owner"><FieldShow field={owner} value={record.owner} refs={refs} /></span> : <span />}
        <Age at={record.stage_at ?? record.updated_at} />
      </span>
    </>
  )
}

/** A card that is dragged, or moved with Shift and an arrow, or by its menu. */
export function BoardCard({ object, record, refs, sum, columns, value, movable, moving, fresh, onMove }: Props) {
  const { t } = useTranslation()
  const own = useRef<HTMLLIElement>(null)
  const { setNodeRef, isDragging, listeners } = useDraggable({ id: record.id, data: { record }, disabled: !movable || moving })
  useEffect(() => { if (fresh) own.current?.focus({ preventScroll: true }) }, [fresh]) // the keyboard goes along with the card
  const onKey = (event: KeyboardEvent): void => {
    if (!movable || moving || !event.shiftKey || (event.key !== 'ArrowLeft' && event.key !== 'ArrowRight')) return
    event.preventDefault()
    const to = beside(columns, value, event.key === 'ArrowRight' ? 1 : -1)
    if (to) onMove(record, to)
  }
  const none = t('convert.board.none')
  return (
    <li
      ref={(element) => {
        own.current = element
        setNodeRef(element)
      }}
      className={`board-card ${isDragging ? 'is-away' : ''} ${moving ? 'is-moving' : ''}`}
      data-testid={`${object.name}-card`} data-id={record.id} tabIndex={0} aria-label={titleOf(record, object) ?? t('record.untitled')} onKeyDown={onKey} onMouseDown={listeners?.onMouseDown as never} onTouchStart={listeners?.onTouchStart as never}
    >
      <CardFace object={object} record={record} sum={sum} refs={refs} />
      {movable ? (
        <Dropdown trigger={['click']} placement="bottomRight" disabled={moving} menu={{ items: columns.filter((c) => c.value !== value && c.value !== '').map((c) => ({ key: c.value, label: t('convert.board.moveTo', { name: labelOf(c, none) }), onClick: () => onMove(record, c.value) })) }}>
          <Button className="board-card-menu" type="text" size="small" icon={<MoreOutlined aria-hidden />} aria-label={t('convert.board.move', { name: titleOf(record, object) ?? t('record.untitled') })} onMouseDown={(e) => e.stopPropagation()} onTouchStart={(e) => e.stopPropagation()} />
        </Dropdown>
      ) : null}
    </li>
  )
}
