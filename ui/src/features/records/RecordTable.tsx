import { CaretDownFilled, CaretUpFilled } from '@ant-design/icons'
import { Checkbox } from 'antd'
import { useEffect, useLayoutEffect, useRef, useState, type KeyboardEvent } from 'react'
import { useTranslation } from 'react-i18next'
import type { ObjectMeta, RecordData, Refs } from '../../api/types'
import { kindOf } from '../../fields'
import { titled } from '../../i18n/titled'
import { FactEditor } from '../record/FactEditor'
import { Cell } from './Cell'
import { nameOf, type Column } from './columns'
import { ResizeHandle } from './ResizeHandle'
import { clicked, readSort, sortable, sortName } from './sorting'
import { editedBy, type useCellEdits } from './useCellEdits'
import { titleOf } from './views'
import './table.css'
import '../record/record.css'

const rowHeight = 41
const overscan = 12
const nearEnd = 600
/** Browsers draw no element higher than some 16 million pixels: of very long lists the rows before are folded. */
const fold = 200_000
const folded = (before: number): number => (before < 2 * fold ? before : fold + ((before - 2 * fold) % fold))

interface Props {
  object: ObjectMeta
  columns: Column[]
  records: RecordData[]
  /** How many records stand before the first of these. */
  before?: number
  refs?: Refs
  sort: string
  onSort: (sort: string) => void
  cursor: number
  selected: Set<string>
  onSelect: (id: string) => void
  onSelectAll: (all: boolean) => void
  onOpen: (id: string) => void
  onHover: (id: string) => void
  onNearEnd: () => void
  onNearStart?: () => void
  onWidth?: (column: string, width: number) => void
  /** Jumps to an end of the list, however long it is. */
  onEdge?: (end: 'start' | 'end') => void
  /** Where the table comes to stand when it is filled. */
  standAt?: 'start' | 'end'
  edits?: ReturnType<typeof useCellEdits>
  /** Cells are changed in place instead of rows being opened. */
  editing?: boolean
}

const right = (c: Column): boolean => c.kind === 'age' || (c.kind === 'field' && kindOf(c.field).align === 'right')
const sized = (c: Column) => (c.width ? { width: c.width, minWidth: c.width, maxWidth: c.width } : undefined)

/** The words over a column. */
export function useColumnTitle(object: ObjectMeta): (c: Column) => string {
  const { t } = useTranslation()
  return (c) => {
    if (c.kind === 'field') return titled(c.field.title, c.field.name)
    if (c.kind === 'title') return object.name === 'lead' ? t('list.company') : titled(object.fields.find((f) => f.name === object.title_field)?.title, titled(object.title))
    return t(`list.${c.kind}`)
  }
}

/** A real table that draws only the rows in sight; header and first column stay. */
export function RecordTable(props: Props) {
  const { object, columns, records, refs, sort, onSort, cursor, selected, onSelect, onSelectAll, onOpen, onHover, onNearEnd, onNearStart, onWidth, onEdge, standAt, edits, editing } = props
  const before = folded(props.before ?? 0)
  const { t } = useTranslation()
  const box = useRef<HTMLDivElement>(null)
  const [top, setTop] = useState(0)
  const [height, setHeight] = useState(900)
  const [at, setAt] = useState<{ row: number; col: number } | null>(null)
  const [open, show] = useState(false)
  // An edit ends once: leaving the cell for the table would end it again.
  const live = useRef(false)
  const setOpen = (on: boolean): void => {
    live.current = on
    show(on)
  }
  const title = useColumnTitle(object)
  useEffect(() => {
    const element = box.current
    if (!element || typeof ResizeObserver === 'undefined') return
    const observer = new ResizeObserver(() => setHeight(element.clientHeight))
    observer.observe(element)
    return () => observer.disconnect()
  }, [])
  // What stands at the top stays there when records come or go before it.
  const seen = useRef<{ id: string; offset: number } | null>(null)
  const stood = useRef(standAt)
  useLayoutEffect(() => {
    const element = box.current
    if (!element || records.length === 0) return
    if (stood.current !== standAt) {
      stood.current = standAt
      element.scrollTop = standAt === 'end' ? element.scrollHeight : 0
      seen.current = null
      return
    }
    const kept = seen.current
    const index = kept ? records.findIndex((r) => r.id === kept.id) : -1
    if (!kept || index < 0 || element.scrollTop === 0) return
    const should = (before + index) * rowHeight + kept.offset
    if (Math.abs(should - element.scrollTop) > 1) element.scrollTop = should
  }, [before, records, standAt])
  const into = (row: number): void => {
    const element = box.current
    if (!element || row < 0) return
    const y = (before + row) * rowHeight
    if (y < element.scrollTop) element.scrollTop = y
    else if (y + rowHeight * 2 > element.scrollTop + element.clientHeight) element.scrollTop = y + rowHeight * 2 - element.clientHeight
  }
  useEffect(() => { into(cursor) }, [cursor]) // eslint-disable-line react-hooks/exhaustive-deps -- only a moved cursor scrolls
  const first = Math.max(0, Math.min(records.length, Math.floor(top / rowHeight) - before - overscan))
  const last = Math.min(records.length, Math.max(first, Math.ceil((top + height) / rowHeight) - before + overscan))
  const allSelected = records.length > 0 && selected.size >= records.length
  const keys = readSort(sort)

  const go = (row: number, col: number): void => {
    const to = { row: Math.max(0, Math.min(records.length - 1, row)), col: Math.max(0, Math.min(columns.length - 1, col)) }
    setAt(to)
    setOpen(false)
    into(to.row)
  }
  const fieldIn = (col: number) => { const c = columns[col]; return c ? editedBy(c, object) : undefined }
  /** The next cell to the side that can be changed, over the edge in the next row. */
  const beside = (row: number, col: number, step: 1 | -1): { row: number; col: number } => {
    for (let n = 1; n <= columns.length * 2; n++) {
      const flat = row * columns.length + col + n * step
      const to = { row: Math.floor(flat / columns.length), col: ((flat % columns.length) + columns.length) % columns.length }
      if (to.row < 0 || to.row >= records.length) break
      if (fieldIn(to.col)) return to
    }
    return { row, col }
  }
  const onKey = (event: KeyboardEvent<HTMLDivElement>): void => {
    if (event.target !== event.currentTarget) return
    if ((event.key === 'Home' || event.key === 'End') && onEdge && (!editing || event.ctrlKey)) {
      event.preventDefault()
      onEdge(event.key === 'Home' ? 'start' : 'end')
      return
    }
    if (!editing || !at || event.altKey || event.metaKey) return
    const { row, col } = at
    if (event.key === 'ArrowDown') go(row + 1, col)
    else if (event.key === 'ArrowUp') go(row - 1, col)
    else if (event.key === 'ArrowLeft') go(row, col - 1)
    else if (event.key === 'ArrowRight') go(row, col + 1)
    else if (event.key === 'Tab') { const to = beside(row, col, event.shiftKey ? -1 : 1); if (to.row === row && to.col === col) return; go(to.row, to.col) }
    else if (event.key === 'Enter' || event.key === 'F2') { if (fieldIn(col)) setOpen(true) }
    else if (event.key === 'Escape') setAt(null)
    else return
    event.preventDefault()
    event.stopPropagation()
  }
  const back = (): void => box.current?.focus({ preventScroll: true })

  return (
    <div
      className={`record-table ${editing ? 'is-editing' : ''}`}
      ref={box}
      tabIndex={editing || onEdge ? 0 : -1}
      aria-label={titled(object.title)}
      role="group"
      onKeyDown={onKey}
      onFocus={(e) => { if (editing && e.target === e.currentTarget && !at && records.length > 0) setAt({ row: first, col: 0 }) }}
      onScroll={(event) => {
        const el = event.currentTarget
        setTop(el.scrollTop)
        const index = Math.max(0, Math.min(records.length - 1, Math.floor(el.scrollTop / rowHeight) - before))
        const record = records[index]
        seen.current = record ? { id: record.id, offset: el.scrollTop - (before + index) * rowHeight } : null
        if (el.scrollHeight - el.scrollTop - el.clientHeight < nearEnd) onNearEnd()
        if (el.scrollTop - before * rowHeight < nearEnd) onNearStart?.()
      }}
    >
      <table aria-rowcount={onEdge ? -1 : records.length + 1} aria-label={titled(object.title)}>
        <thead>
          <tr>
            <th className="col-check"><Checkbox aria-label={t('list.selectAll')} checked={allSelected} indeterminate={selected.size > 0 && !allSelected} onChange={(e) => onSelectAll(e.target.checked)} /></th>
            {columns.map((c) => {
              const place = keys.findIndex((k) => k.name === sortName(c))
              const key = keys[place]
              const dir = key ? (key.desc ? 'descending' : 'ascending') : undefined
              return (
                <th key={nameOf(c)} style={sized(c)} data-column={nameOf(c)} className={`${c.kind === 'title' ? 'col-title' : ''} ${right(c) ? 'col-right' : ''}`} aria-sort={dir}>
                  {sortable(c) ? (
                    <button type="button" className="sort" title={t('views.sort.hint')} onClick={(e) => onSort(clicked(sort, c, e.shiftKey))}>
                      {title(c)}
                      {dir ? <span className="sort-mark" aria-hidden>{dir === 'ascending' ? <CaretUpFilled /> : <CaretDownFilled />}{keys.length > 1 ? place + 1 : null}</span> : null}
                    </button>
                  ) : title(c)}
                  {onWidth ? <ResizeHandle label={t('views.column.width', { name: title(c) })} width={c.width} onWidth={(w) => onWidth(nameOf(c), w)} /> : null}
                </th>
              )
            })}
          </tr>
        </thead>
        <tbody>
          {before + first > 0 ? <tr aria-hidden style={{ height: (before + first) * rowHeight }} /> : null}
          {records.slice(first, last).map((read, i) => {
            const index = first + i
            const record = edits ? edits.laid(read) : read
            return (
              <tr
                key={record.id}
                data-testid={`${object.name}-row`}
                data-id={record.id}
                aria-rowindex={(props.before ?? 0) + index + 2}
                aria-selected={selected.has(record.id)}
                className={`${index === cursor ? 'is-cursor' : ''} ${selected.has(record.id) ? 'is-selected' : ''}`}
                onClick={() => { if (!editing) onOpen(record.id) }}
                onMouseEnter={() => { if (!editing) onHover(record.id) }}
              >
                <td className="col-check" onClick={(e) => e.stopPropagation()}>
                  <Checkbox aria-label={t('list.selectOne', { name: titleOf(record, object) ?? '' })} checked={selected.has(record.id)} onChange={() => onSelect(record.id)} />
                </td>
                {columns.map((c, col) => {
                  const field = editing ? fieldIn(col) : undefined
                  const here = editing && at?.row === index && at.col === col
                  return (
                    <td
                      key={nameOf(c)} style={sized(c)} data-column={nameOf(c)}
                      className={`${c.kind === 'title' ? 'col-title' : ''} ${right(c) ? 'col-right' : ''} ${here ? 'is-cell' : ''} ${editing && !field ? 'is-fixed-cell' : ''} ${field && edits?.waiting(record.id, field.name) ? 'is-waiting' : ''}`}
                      onClick={() => { if (editing) { if (here && field) setOpen(true); else if (!here) { go(index, col); back() } } }}
                      onDoubleClick={() => { if (field) { go(index, col); setOpen(true) } }}
                    >
                      {here && open && field && edits ? (
                        <FactEditor
                          field={field} label={titled(field.title, field.name)} refs={refs} start={record[field.name]} read={{ value: read[field.name], version: read.version }}
                          onCommit={(value, _read, step) => {
                            if (!live.current) return
                            edits.commit(read, field, value)
                            const to = step ? beside(index, col, step) : { row: index, col }
                            go(to.row, to.col)
                            if (step && fieldIn(to.col)) setOpen(true)
                            else back()
                          }}
                          onCancel={() => { setOpen(false); back() }}
                        />
                      ) : <Cell column={c} record={record} object={object} refs={refs} />}
                    </td>
                  )
                })}
              </tr>
            )
          })}
          {last < records.length ? <tr aria-hidden style={{ height: (records.length - last) * rowHeight }} /> : null}
        </tbody>
      </table>
    </div>
  )
}
