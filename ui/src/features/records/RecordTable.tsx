import { CaretDownFilled, CaretUpFilled } from '@ant-design/icons'
import { Checkbox } from 'antd'
import { useEffect, useRef, useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { ObjectMeta, RecordData, Refs } from '../../api/types'
import { kindOf } from '../../fields'
import { titled } from '../../i18n/titled'
import { Cell } from './Cell'
import type { Column } from './columns'
import { titleOf } from './views'
import './table.css'

const rowHeight = 41
const overscan = 12
const nearEnd = 600

interface Props {
  object: ObjectMeta
  columns: Column[]
  records: RecordData[]
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
}

const keyOf = (c: Column): string => (c.kind === 'field' ? c.field.name : c.kind === 'age' ? 'created_at' : c.kind === 'countdown' ? 'due_at' : c.kind)
const sortable = (c: Column): boolean => c.kind === 'age' || c.kind === 'countdown' || (c.kind === 'field' && !['multi_choice', 'json', 'long_text', 'relation', 'person'].includes(c.field.type))
const right = (c: Column): boolean => c.kind === 'age' || (c.kind === 'field' && kindOf(c.field).align === 'right')

/** A real table that draws only the rows in sight; header and first column stay. */
export function RecordTable(props: Props) {
  const { object, columns, records, refs, sort, onSort, cursor, selected, onSelect, onSelectAll, onOpen, onHover, onNearEnd } = props
  const { t } = useTranslation()
  const box = useRef<HTMLDivElement>(null)
  const [top, setTop] = useState(0)
  const [height, setHeight] = useState(900)
  useEffect(() => {
    const element = box.current
    if (!element || typeof ResizeObserver === 'undefined') return
    const observer = new ResizeObserver(() => setHeight(element.clientHeight))
    observer.observe(element)
    return () => observer.disconnect()
  }, [])
  useEffect(() => {
    const element = box.current
    if (!element || cursor < 0) return
    const at = cursor * rowHeight
    if (at < element.scrollTop) element.scrollTop = at
    else if (at + rowHeight * 2 > element.scrollTop + element.clientHeight) element.scrollTop = at + rowHeight * 2 - element.clientHeight
  }, [cursor])
  const first = Math.max(0, Math.floor(top / rowHeight) - overscan)
  const last = Math.min(records.length, Math.ceil((top + height) / rowHeight) + overscan)
  const title = (c: Column): string => {
    if (c.kind === 'field') return titled(c.field.title, c.field.name)
    if (c.kind === 'title') return object.name === 'lead' ? t('list.company') : titled(object.fields.find((f) => f.name === object.title_field)?.title, titled(object.title))
    return t(`list.${c.kind}`)
  }
  const allSelected = records.length > 0 && selected.size >= records.length
  return (
    <div
      className="record-table"
      ref={box}
      tabIndex={-1}
      onScroll={(event) => {
        const el = event.currentTarget
        setTop(el.scrollTop)
        if (el.scrollHeight - el.scrollTop - el.clientHeight < nearEnd) onNearEnd()
      }}
    >
      <table aria-rowcount={records.length + 1} aria-label={titled(object.title)}>
        <thead>
          <tr>
            <th className="col-check"><Checkbox aria-label={t('list.selectAll')} checked={allSelected} indeterminate={selected.size > 0 && !allSelected} onChange={(e) => onSelectAll(e.target.checked)} /></th>
            {columns.map((c) => {
              const key = keyOf(c)
              const rising = c.kind === 'countdown' ? `${key}:last` : key // what has no countdown comes after what has
              const dir = sort === key || sort === rising ? 'ascending' : sort === `-${key}` ? 'descending' : undefined
              return (
                <th key={key} className={`${c.kind === 'title' ? 'col-title' : ''} ${right(c) ? 'col-right' : ''}`} aria-sort={dir}>
                  {sortable(c) ? (
                    <button type="button" className="sort" onClick={() => onSort(dir === 'descending' || (c.kind === 'countdown' && !dir) ? rising : `-${key}`)}>
                      {title(c)}
                      {dir ? <span className="sort-mark" aria-hidden>{dir === 'ascending' ? <CaretUpFilled /> : <CaretDownFilled />}</span> : null}
                    </button>
                  ) : title(c)}
                </th>
              )
            })}
          </tr>
        </thead>
        <tbody>
          {first > 0 ? <tr aria-hidden style={{ height: first * rowHeight }} /> : null}
          {records.slice(first, last).map((record, i) => {
            const index = first + i
            return (
              <tr
                key={record.id}
                data-testid={`${object.name}-row`}
                data-id={record.id}
                aria-rowindex={index + 2}
                aria-selected={selected.has(record.id)}
                className={`${index === cursor ? 'is-cursor' : ''} ${selected.has(record.id) ? 'is-selected' : ''}`}
                onClick={() => onOpen(record.id)}
                onMouseEnter={() => onHover(record.id)}
              >
                <td className="col-check" onClick={(e) => e.stopPropagation()}>
                  <Checkbox aria-label={t('list.selectOne', { name: titleOf(record, object) ?? '' })} checked={selected.has(record.id)} onChange={() => onSelect(record.id)} />
                </td>
                {columns.map((c) => (
                  <td key={keyOf(c)} className={`${c.kind === 'title' ? 'col-title' : ''} ${right(c) ? 'col-right' : ''}`}>
                    <Cell column={c} record={record} object={object} refs={refs} />
                  </td>
                ))}
              </tr>
            )
          })}
          {last < records.length ? <tr aria-hidden style={{ height: (records.length - last) * rowHeight }} /> : null}
        </tbody>
      </table>
    </div>
  )
}
