import { ArrowDownOutlined, ArrowUpOutlined, CloseOutlined, HolderOutlined } from '@ant-design/icons'
import { Button, Checkbox, Input, Popover, Select, Tooltip } from 'antd'
import { useEffect, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useMeta } from '../../api/session'
import type { Field, ObjectMeta } from '../../api/types'
import { titled } from '../../i18n/titled'
import { useDrag } from '../forms/useDrag'
import { choosable, nameOf, type Column } from './columns'
import { useColumnTitle } from './RecordTable'
import { readSort, sortable, writeSort, type SortKey } from './sorting'
import type { ListState } from './useListState'

const moved = <T,>(list: T[], from: number, to: number): T[] => {
  const out = list.filter((_, i) => i !== from)
  out.splice(to > from ? to - 1 : to, 0, list[from] as T)
  return out
}

/** Which columns there are and in which order: dragged, or moved by their arrows. */
function ColumnPanel({ object, columns, onChange }: { object: ObjectMeta; columns: Column[]; onChange: (columns: Column[]) => void }) {
  const { t } = useTranslation()
  const meta = useMeta()
  const title = useColumnTitle(object)
  const [find, setFind] = useState('')
  const free = columns.filter((c) => c.kind !== 'title')
  const shown = new Set(columns.map(nameOf))
  const put = (next: Column[]): void => onChange([...columns.filter((c) => c.kind === 'title'), ...next])
  const drag = useDrag((what, to) => { if (typeof what === 'number') put(moved(free, what, to)) })
  const rest = choosable(object, meta).filter((c) => !shown.has(nameOf(c)) && (!find || title(c).toLowerCase().includes(find.toLowerCase()) || nameOf(c).includes(find.toLowerCase())))
  return (
    <div className="list-panel" {...drag.area}>
      <Input.Search size="small" allowClear aria-label={t('views.column.find')} placeholder={t('views.column.find')} value={find} onChange={(e) => setFind(e.target.value)} />
      <ul data-drag-list>
        {free.map((c, i) => (
          <li key={nameOf(c)} hidden={Boolean(find) && !title(c).toLowerCase().includes(find.toLowerCase())} className={drag.what === i ? 'is-dragged' : ''}>
            <span className="panel-grip" data-drag={i} aria-hidden><HolderOutlined /></span>
            <Checkbox checked onChange={() => put(free.filter((_, j) => j !== i))}>{title(c)}</Checkbox>
            <span className="grow" />
            <Button size="small" type="text" icon={<ArrowUpOutlined />} aria-label={t('views.up', { name: title(c) })} disabled={i === 0} onClick={() => put(moved(free, i, i - 1))} />
            <Button size="small" type="text" icon={<ArrowDownOutlined />} aria-label={t('views.down', { name: title(c) })} disabled={i === free.length - 1} onClick={() => put(moved(free, i, i + 2))} />
          </li>
        ))}
      </ul>
      {rest.length > 0 ? <p className="muted small">{t('views.column.more')}</p> : null}
      <ul className="panel-rest">
        {rest.map((c) => <li key={nameOf(c)}><Checkbox checked={false} onChange={() => onChange([...columns, c])}>{title(c)}</Checkbox></li>)}
      </ul>
    </div>
  )
}

/** By which fields, in which order. */
function SortPanel({ object, sort, onSort }: { object: ObjectMeta; sort: string; onSort: (sort: string) => void }) {
  const { t } = useTranslation()
  const keys = readSort(sort)
  const fields = object.fields.filter((f) => sortable({ kind: 'field', field: f }) && !['id', 'version', 'deleted_at'].includes(f.name))
  const name = (n: string): string => titled(fields.find((f) => f.name === n)?.title, n)
  const put = (next: SortKey[]): void => onSort(writeSort(next))
  return (
    <div className="list-panel">
      <ul>
        {keys.map((k, i) => (
          <li key={k.name}>
            <span className="muted small">{i + 1}</span>
            <span className="grow">{name(k.name)}</span>
            <Select
              size="small" aria-label={t('views.sort.way', { name: name(k.name) })} value={k.desc ? 'desc' : 'asc'} popupMatchSelectWidth={false}
              options={[{ value: 'asc', label: t('views.sort.asc') }, { value: 'desc', label: t('views.sort.desc') }]}
              onChange={(way) => put(keys.map((each, j) => (j === i ? { ...each, desc: way === 'desc' } : each)))}
            />
            <Button size="small" type="text" icon={<ArrowUpOutlined />} aria-label={t('views.up', { name: name(k.name) })} disabled={i === 0} onClick={() => put(moved(keys, i, i - 1))} />
            <Button size="small" type="text" icon={<CloseOutlined />} aria-label={t('views.sort.remove', { name: name(k.name) })} disabled={keys.length === 1} onClick={() => put(keys.filter((_, j) => j !== i))} />
          </li>
        ))}
      </ul>
      <Select
        size="small" aria-label={t('views.sort.add')} placeholder={t('views.sort.add')} value={null} showSearch={{ optionFilterProp: 'label' }} disabled={keys.length >= 8} style={{ width: '100%' }}
        options={fields.filter((f) => !keys.some((k) => k.name === f.name)).map((f) => ({ value: f.name, label: titled(f.title, f.name) }))}
        onChange={(next: string | null) => { if (next) put([...keys, { name: next, desc: false, last: next === 'due_at' }]) }}
      />
    </div>
  )
}

const spans = ['day', 'week', 'month', 'quarter', 'year']

/** What rows may be grouped by: choices, people, places, spans of time. */
export function groupings(object: ObjectMeta): { field: Field; unit?: string }[] {
  return object.fields.filter((f) => !['id', 'version', 'deleted_at'].includes(f.name)).flatMap((field): { field: Field; unit?: string }[] => {
    if (field.type === 'date' || field.type === 'datetime') return spans.map((unit) => ({ field, unit }))
    if (field.type === 'region') return ['province', 'country'].map((unit) => ({ field, unit }))
    return ['choice', 'person', 'org_unit', 'relation', 'boolean', 'percent', 'integer'].includes(field.type) ? [{ field }] : []
  })
}

function SearchBox({ value, onChange }: { value: string; onChange: (words: string) => void }) {
  const { t } = useTranslation()
  const [typed, setTyped] = useState(value)
  const [was, setWas] = useState(value)
  if (was !== value) {
    setWas(value)
    setTyped(value)
  }
  useEffect(() => {
    if (typed.trim() === value) return
    const timer = setTimeout(() => onChange(typed.trim()), 300)
    return () => clearTimeout(timer)
  }, [typed, value, onChange])
  return <Input.Search className="list-search" size="small" allowClear aria-label={t('views.search')} placeholder={t('views.searchText')} value={typed} maxLength={200} onChange={(e) => setTyped(e.target.value)} onSearch={(text) => onChange(text.trim())} />
}

interface Props { object: ObjectMeta; state: ListState; columns?: Column[]; onColumns?: (columns: Column[]) => void; phone: boolean }

/** Search, columns, order and groups of a list. */
export function ListTools({ object, state, columns, onColumns, phone }: Props) {
  const { t } = useTranslation()
  const groups = groupings(object)
  return (
    <div className="list-tools" role="toolbar" aria-label={t('views.tools')}>
      <SearchBox value={state.q} onChange={state.setWords} />
      {columns && onColumns && !phone ? (
        <Popover trigger="click" placement="bottomLeft" destroyOnHidden content={<ColumnPanel object={object} columns={columns} onChange={onColumns} />}>
          <Button size="small" type="text">{t('views.columns', { count: columns.length })}</Button>
        </Popover>
      ) : null}
      {columns ? (
        <Popover trigger="click" placement="bottomLeft" destroyOnHidden content={<SortPanel object={object} sort={state.sort} onSort={state.setSort} />}>
          <Tooltip title={t('views.sort.hint')}><Button size="small" type="text">{t('views.sorts', { count: readSort(state.sort).length })}</Button></Tooltip>
        </Popover>
      ) : null}
      {columns ? (
        <Select
          size="small" variant="borderless" aria-label={t('views.group')} popupMatchSelectWidth={false} value={state.group} showSearch={{ optionFilterProp: 'label' }}
          options={[{ value: '', label: t('views.noGroup') }, ...groups.map(({ field, unit }) => ({ value: unit ? `${field.name}:${unit}` : field.name, label: t('views.groupBy', { name: unit ? `${titled(field.title, field.name)} · ${t(`views.unit.${unit}`)}` : titled(field.title, field.name) }) }))]}
          onChange={state.setGroup}
        />
      ) : null}
    </div>
  )
}

