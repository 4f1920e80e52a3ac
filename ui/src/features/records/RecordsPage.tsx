import { ProjectOutlined } from '@ant-design/icons'
import { App, Button, Tabs } from 'antd'
import { useQueryClient } from '@tanstack/react-query'
import { useCallback, useEffect, useMemo, useRef, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useNavigate, useParams } from 'react-router'
import { api, recordPath } from '../../api/client'
import { keys } from '../../api/keys'
import { mergeRefs, recordQuery, useRecords } from '../../api/records'
import { useMeta, useObject, useRight, useSession } from '../../api/session'
import type { ObjectMeta } from '../../api/types'
import { titled } from '../../i18n/titled'
import { PageHead } from '../../parts/PageHead'
import { Empty, Failed, Loading, Missing } from '../../parts/States'
import { usePhone } from '../../parts/usePhone'
import { ReturnModal } from '../pool/ReturnModal'
import { TransferModal } from '../record/TransferModal'
import { columnsOf } from './columns'
import { CreateDrawer } from './CreateDrawer'
import { FilterBar } from './FilterBar'
import { RecordCards } from './RecordCards'
import { RecordTable } from './RecordTable'
import { useListState } from './useListState'
import { useRowKeys } from './useRowKeys'
import './records.css'

export default function RecordsPage() {
  const { object: name = '' } = useParams()
  const object = useObject(name)
  if (!object) return <div className="page"><Missing /></div>
  return <RecordList key={name} object={object} />
}

const hoverDelay = 150

function RecordList({ object }: { object: ObjectMeta }) {
  const { t } = useTranslation()
  const phone = usePhone()
  const navigate = useNavigate()
  const client = useQueryClient()
  const { message } = App.useApp()
  const { user } = useSession()
  const mayImport = useRight('leads.import') && object.name === 'lead'
  const board = useMeta().pipelines.some((p) => p.object === object.name)
  const state = useListState(object, user.id, user.roles.includes('rep'))
  const list = useRecords(object.name, state.ask)
  const columns = useMemo(() => columnsOf(object), [object])
  const terms = useMemo(() => ({ fields: object.fields.filter((f) => f.type !== 'json' && !['id', 'version', 'deleted_at'].includes(f.name)) }), [object])
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
  const { hasNextPage, isFetchingNextPage, fetchNextPage } = list
  const more = useCallback(() => { if (hasNextPage && !isFetchingNextPage) void fetchNextPage() }, [hasNextPage, isFetchingNextPage, fetchNextPage])
  useRowKeys({
    count: records.length,
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
        {mayImport ? <Button onClick={() => void navigate('/import')}>{t('list.import')}</Button> : null}
        {createButton}
      </PageHead>
      <Tabs
        className="view-tabs"
        activeKey={state.view.key}
        onChange={(key) => { setCursor(-1); setSelected(new Set()); state.setView(key) }}
        items={state.views.filter((v) => !v.aside || v.key === state.view.key).map((v) => ({ key: v.key, label: t(`view.${v.key}`, { object: title }) }))}
      />
      <FilterBar terms={terms} conditions={state.conditions} onChange={state.setConditions} />
      {state.q ? <p className="muted small list-q">{t('list.searching', { q: state.q })} <button type="button" className="link" onClick={() => state.setParam('q', null)}>{t('filter.clear')}</button></p> : null}
      {selected.size > 0 ? (
        <div className="bulk-bar" role="status">
          <span>{t('list.selected', { count: selected.size })}</span>
          {state.view.key !== 'pool' && object.rights.update && object.fields.some((f) => f.name === 'owner') ? <Button size="small" onClick={() => setHanding(true)}>{t('record.transfer')}</Button> : null}
          {state.view.key !== 'pool' && object.pool && object.rights.update ? <Button size="small" onClick={() => setReturning(true)}>{t('pool.return')}</Button> : null}
          {state.view.key === 'pool' ? <Button size="small" onClick={() => void claimSelected()}>{t('record.claim')}</Button> : null}
          <Button size="small" type="text" onClick={() => setSelected(new Set())}>{t('list.unselect')}</Button>
        </div>
      ) : null}
      {list.isPending ? <Loading rows={10} />
        : list.isError && records.length === 0 ? <Failed error={list.error} retry={() => void list.refetch()} />
        : records.length === 0 ? (
          <Empty title={filtered ? t('list.noneFiltered') : t(`list.none.${state.view.key}`, { object: title })} text={filtered ? t('list.noneFilteredText') : t(`list.noneText.${object.name}`, { defaultValue: t('list.noneText.other', { object: title }) })}>
            {filtered ? <Button onClick={() => void navigate(`/objects/${object.name}?view=${state.view.key}`)}>{t('filter.clear')}</Button> : state.view.key === 'all' && mayImport ? <Button type="primary" onClick={() => void navigate('/import')}>{t('list.import')}</Button> : null}
          </Empty>
        ) : phone ? (
          <RecordCards object={object} columns={columns} records={records} refs={refs} onNearEnd={more} />
        ) : (
          <RecordTable
            object={object} columns={columns} records={records} refs={refs} sort={state.sort} onSort={state.setSort}
            cursor={cursor} selected={selected} onSelect={toggle}
            onSelectAll={(all) => setSelected(all ? new Set(records.map((r) => r.id)) : new Set())}
            onOpen={open} onHover={readAhead} onNearEnd={more}
          />
        )}
      {records.length > 0 ? (
        <p className="list-foot muted small">
          {phone ? <span /> : <span>{t('list.keys')}</span>}
          <span>{isFetchingNextPage ? t('list.loadingMore') : hasNextPage ? t('list.loaded', { count: records.length }) : t('list.loadedAll', { count: records.length })}</span>
        </p>
      ) : null}
      {returning ? <ReturnModal object={object.name} ids={[...selected]} onClose={() => { setReturning(false); setSelected(new Set()) }} /> : null}
      {handing ? <TransferModal object={object.name} ids={[...selected]} refs={refs} onClose={() => { setHanding(false); setSelected(new Set()) }} /> : null}
      {state.params.get('new') === '1' && object.rights.create ? <CreateDrawer object={object} onClose={state.closeNew} /> : null}
    </div>
  )
}
