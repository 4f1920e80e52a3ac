import { ProjectOutlined } from '@ant-design/icons'
import { App, Button } from 'antd'
import { useQueryClient } from '@tanstack/react-query'
import { useCallback, useEffect, useMemo, useRef, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useNavigate, useParams } from 'react-router'
import { api, recordPath } from '../../api/client'
import { keys } from '../../api/keys'
import { mergeRefs, recordQuery } from '../../api/records'
import { useMeta, useObject, useRight, useSession } from '../../api/session'
import type { ObjectMeta } from '../../api/types'
import { useViews, useWindow, type ViewBook } from '../../api/views'
import { titled } from '../../i18n/titled'
import { PageHead } from '../../parts/PageHead'
import { Empty, Failed, Loading, Missing } from '../../parts/States'
import { usePhone } from '../../parts/usePhone'
import { ReturnModal } from '../pool/ReturnModal'
import { TransferModal } from '../record/TransferModal'
import { BulkEditModal } from './BulkEditModal'
import { chosen, columnsOf, exported, nameOf, type Column } from './columns'
import { CreateDrawer } from './CreateDrawer'
import { ExportModal } from './ExportModal'
import { FilterBar } from './FilterBar'
import { GroupedList } from './GroupedList'
import { ListTools } from './ListTools'
import { RecordCards } from './RecordCards'
import { RecordTable } from './RecordTable'
import { filterTerms } from './terms'
import { CellConflictBar, useCellEdits } from './useCellEdits'
import { useListState } from './useListState'
import { useRowKeys } from './useRowKeys'
import { ViewBar } from './ViewBar'
import './records.css'

export default function RecordsPage() {
  const { object: name = '' } = useParams()
  const object = useObject(name)
  const views = useViews(name)
  if (!object) return <div className="page"><Missing /></div>
  if (views.isPending) return <div className="page"><Loading rows={10} /></div> // which view opens first is known with them
  return <RecordList key={name} object={object} book={views.data} />
}

const hoverDelay = 150

function RecordList({ object, book }: { object: ObjectMeta; book?: ViewBook }) {
  const { t } = useTranslation()
  const phone = usePhone()
  const navigate = useNavigate()
  const client = useQueryClient()
  const { message } = App.useApp()
  const { user } = useSession()
  const mayImport = useRight('leads.import') && object.name === 'lead'
  const meta = useMeta()
  const board = meta.pipelines.some((p) => p.object === object.name) || object.fields.some((f) => f.type === 'choice' && (f.options?.length ?? 0) > 0 && !f.tag_dimension)
  const state = useListState(object, user.id, user.roles.includes('rep'), book)
  const columns = useMemo(() => {
    const named = state.columns ? chosen(state.columns, object, meta) : []
    return named.length > 0 ? named : columnsOf(object)
  }, [state.columns, object, meta])
  const reach = useMemo(() => columns.map(nameOf).filter((n) => n.includes('.')).join(',') || undefined, [columns])
  const ask = useMemo(() => ({ ...state.ask, reach }), [state.ask, reach])
  const [from, setFrom] = useState<'start' | 'end'>('start')
  const list = useWindow(object.name, ask, from, !state.group)
  const terms = useMemo(() => filterTerms(object, meta, t), [object, meta, t])
  const edits = useCellEdits(object)
  const [editing, setEditing] = useState(false)
  const [bulk, setBulk] = useState(false)
  const [exporting, setExporting] = useState<number | null>(null)
  const setColumns = (next: Column[], replace = false): void => state.setColumns(next.map((c) => ({ field: nameOf(c), width: c.width })), replace)
  const setWidth = (name: string, width: number): void => setColumns(columns.map((c) => (nameOf(c) === name ? { ...c, width } : c)), true)
  const pages = list.data?.pages
  const records = useMemo(() => pages?.flatMap((p) => p.records) ?? [], [pages])
  const refs = useMemo(() => mergeRefs(...(pages ?? []).map((p) => p.refs)), [pages])
  const [cursor, setCursor] = useState(-1)
  const [selected, setSelected] = useState<Set<string>>(new Set())
  const [handing, setHanding] = useState(false)
  const [returning, setReturning] = useState(false)
  const hover = useRef<ReturnType<typeof setTimeout>>(undefined)
  useEffect(() => () => clearTimeout(hover.current), [])

  const open = useCallback((id: string) => void navigate(`/objects/${object.name}/${id}`), [navigate, object.name])
  const toggle = useCallback((id: string) => setSelected((old) => {
    const next = new Set(old)
    if (!next.delete(id)) next.add(id)
    return next
  }), [])
  const { hasNextPage, isFetchingNextPage, fetchNextPage, hasPreviousPage, isFetchingPreviousPage, fetchPreviousPage } = list
  const less = useCallback(() => { if (hasPreviousPage && !isFetchingPreviousPage) void fetchPreviousPage() }, [hasPreviousPage, isFetchingPreviousPage, fetchPreviousPage])
  const more = useCallback(() => { if (hasNextPage && !isFetchingNextPage) void fetchNextPage() }, [hasNextPage, isFetchingNextPage, fetchNextPage])
  useRowKeys({
    count: editing ? 0 : records.length,
    cursor,
    move: setCursor,
    select: (at) => { const r = records[at]; if (r) toggle(r.id) },
    open: (at) => { const r = records[at]; if (r) open(r.id) },
  })
  // Reading ahead on hover is a GET and never counts as opening.
  const readAhead = (id: string): void => {
    clearTimeout(hover.current)
    hover.current = setTimeout(() => void client.prefetchQuery({ ...recordQuery(object.name, id), staleTime: 15_000 }), hoverDelay)
  }
  const claimSelected = async (): Promise<void> => {
    const outcomes = await Promise.allSettled([...selected].map((id) => api.post(recordPath(object.name, id, ':claim'))))
    const won = outcomes.filter((o) => o.status === 'fulfilled').length
    void message.info(t('list.claimed', { won, lost: outcomes.length - won }))
    setSelected(new Set())
    void client.invalidateQueries({ queryKey: keys.list(object.name) })
  }

  const head = pages?.[0]
  const count = head?.count === undefined ? '' : head.count_capped ? '1000+' : String(head.count)
  const title = titled(object.title, object.name)
  const createButton = object.rights.create ? <Button type="primary" onClick={() => state.setParam('new', '1')}>{t('create.title', { object: title })}</Button> : null
  const filtered = state.conditions.length > 0 || Boolean(state.q)
  return (
    <div className={`page ${phone ? '' : 'page-fill'}`}>
      <PageHead title={title} extra={count ? <span>{t('list.count', { count })} · {t('list.live')}</span> : null}>
        {board ? <Button icon={<ProjectOutlined aria-hidden />} onClick={() => void navigate(`/objects/${object.name}/board${state.boardQuery}`)}>{t('convert.board.open')}</Button> : null}
        {object.rights.export ? <Button onClick={() => setExporting(Date.now())}>{t('views.export.open')}</Button> : null}
        {mayImport ? <Button onClick={() => void navigate('/import')}>{t('list.import')}</Button> : null}
        {createButton}
      </PageHead>
      <ViewBar
        object={object} state={state} book={book}
        onPick={(v) => {
          setCursor(-1)
          setSelected(new Set())
          setFrom('start')
          if (v.saved?.spec.kind === 'kanban') void navigate(`/objects/${object.name}/board?view=${v.key}`)
          else state.setView(v.key)
        }}
      />
      <div className="list-bar">
        <ListTools object={object} state={state} columns={columns} onColumns={setColumns} phone={phone} />
        {object.rights.update && !phone ? <Button size="small" type={editing ? 'primary' : 'text'} aria-pressed={editing} onClick={() => setEditing(!editing)}>{t(editing ? 'views.cell.leave' : 'views.cell.edit')}</Button> : null}
        <FilterBar terms={terms} conditions={state.conditions} onChange={state.setConditions} />
      </div>
      {state.q ? <p className="muted small list-q">{t('list.searching', { q: state.q })} <button type="button" className="link" onClick={() => state.setWords('')}>{t('filter.clear')}</button></p> : null}
      {selected.size > 0 ? (
        <div className="bulk-bar" role="status">
          <span>{t('list.selected', { count: selected.size })}</span>
          {state.view.key !== 'pool' && object.rights.update && object.fields.some((f) => f.name === 'owner') ? <Button size="small" onClick={() => setHanding(true)}>{t('record.transfer')}</Button> : null}
          {state.view.key !== 'pool' && object.pool && object.rights.update ? <Button size="small" onClick={() => setReturning(true)}>{t('pool.return')}</Button> : null}
          {state.view.key === 'pool' ? <Button size="small" onClick={() => void claimSelected()}>{t('record.claim')}</Button> : null}
          {object.rights.update ? <Button size="small" onClick={() => setBulk(true)}>{t('views.bulk.open')}</Button> : null}
          <Button size="small" type="text" onClick={() => setSelected(new Set())}>{t('list.unselect')}</Button>
        </div>
      ) : null}
      {edits.conflict ? <CellConflictBar conflict={edits.conflict} object={object} settle={edits.settle} /> : null}
      {state.group ? (
        <GroupedList
          object={object} ask={ask} by={state.group} columns={columns} phone={phone} selected={selected} onSelect={toggle} onOpen={open} onHover={readAhead} onSort={state.setSort} onWidth={setWidth}
          edits={edits} editing={editing}
        />
      ) : list.isPending ? <Loading rows={10} />
        : list.isError && records.length === 0 ? <Failed error={list.error} retry={() => void list.refetch()} />
        : records.length === 0 ? (
          <Empty title={filtered ? t('list.noneFiltered') : t(`list.none.${state.view.key}`, { object: title })} text={filtered ? t('list.noneFilteredText') : t(`list.noneText.${object.name}`, { defaultValue: t('list.noneText.other', { object: title }) })}>
            {filtered ? <Button onClick={() => void navigate(`/objects/${object.name}?view=${state.view.key}`)}>{t('filter.clear')}</Button> : state.view.key === 'all' && mayImport ? <Button type="primary" onClick={() => void navigate('/import')}>{t('list.import')}</Button> : null}
          </Empty>
        ) : phone ? (
          <RecordCards object={object} columns={columns} records={records} refs={refs} onNearEnd={more} />
        ) : (
          <RecordTable
            object={object} columns={columns} records={records} before={head?.at ?? 0} refs={refs} sort={state.sort} onSort={state.setSort}
            onNearStart={less} onWidth={setWidth} onEdge={setFrom} standAt={list.isPlaceholderData ? undefined : from} edits={edits} editing={editing}
            cursor={cursor} selected={selected} onSelect={toggle}
            onSelectAll={(all) => setSelected(all ? new Set(records.map((r) => r.id)) : new Set())}
            onOpen={open} onHover={readAhead} onNearEnd={more}
          />
        )}
      {records.length > 0 && !state.group ? (
        <p className="list-foot muted small">
          {phone ? <span /> : <span>{t(editing ? 'views.cell.keys' : 'list.keys')}</span>}
          <span>{isFetchingNextPage ? t('list.loadingMore') : hasNextPage ? t('list.loaded', { count: records.length }) : t('list.loadedAll', { count: records.length })}</span>
        </p>
      ) : null}
      {bulk ? <BulkEditModal object={object} ids={[...selected]} filter={state.ask.filter} q={state.ask.q} count={count || String(selected.size)} onClose={() => { setBulk(false); setSelected(new Set()) }} /> : null}
      {exporting !== null ? <ExportModal object={object} count={count} now={exporting} ask={{ columns: exported(columns, object), filter: state.ask.filter, q: state.ask.q, sort: state.sort, view: titled(state.view.saved?.title, t(`view.${state.view.key}`, { object: title, defaultValue: '' })) }} onClose={() => setExporting(null)} /> : null}
      {returning ? <ReturnModal object={object.name} ids={[...selected]} onClose={() => { setReturning(false); setSelected(new Set()) }} /> : null}
      {handing ? <TransferModal object={object.name} ids={[...selected]} refs={refs} onClose={() => { setHanding(false); setSelected(new Set()) }} /> : null}
      {state.params.get('new') === '1' && object.rights.create ? <CreateDrawer object={object} onClose={state.closeNew} /> : null}
    </div>
  )
}
