import { Button, Select } from 'antd'
import { SafetyCertificateOutlined } from '@ant-design/icons'
import { useInfiniteQuery, useQuery } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'
import { Link, useSearchParams } from 'react-router'
import { api } from '../../api/client'
import { keys } from '../../api/keys'
import { useMeta, useRight } from '../../api/session'
import { mergeRefs } from '../../api/records'
import type { EventPage, TrailState } from '../../api/types'
import { titled } from '../../i18n/titled'
import { useCoarseNow } from '../../parts/clock'
import { ago, exactInstant, integer } from '../../parts/format'
import { actorName, EventChanges, EventTitle } from '../../parts/EventLine'
import { PageHead } from '../../parts/PageHead'
import { Empty, Failed, Loading, NoRight } from '../../parts/States'
import './trail.css'

const ops = ['create', 'update', 'delete', 'restore', 'assign', 'claim', 'transfer', 'open', 'contacted', 'breach', 'escalate', 'assign_overdue', 'merge', 'publish', 'sign_in']
const days = [1, 7, 30, 90]

export default function TrailPage() {
  const { t } = useTranslation()
  const allowed = useRight('events.read')
  return (
    <div className="page">
      <PageHead title={t('trail.title')} extra={<span>{t('trail.about')}</span>} />
      {allowed ? <><Seal /><Events /></> : <NoRight />}
    </div>
  )
}

function Seal() {
  const { t } = useTranslation()
  const now = useCoarseNow()
  const trail = useQuery({ queryKey: keys.trail, queryFn: () => api.get<TrailState>('trail'), refetchInterval: 10_000 })
  if (trail.isPending) return <div className="seal"><Loading rows={1} /></div>
  if (trail.isError && !trail.data) return <Failed error={trail.error} retry={() => void trail.refetch()} />
  const state = trail.data
  const open = state.last_seq - state.sealed_seq
  return (
    <div className="seal" role="status">
      <SafetyCertificateOutlined className={open > 1000 ? 'seal-icon is-late' : 'seal-icon'} aria-hidden />
      <dl>
        <div><dt>{t('trail.events')}</dt><dd className="num">{integer(state.last_seq)}</dd></div>
        <div><dt>{t('trail.sealed')}</dt><dd className="num">{integer(state.sealed_seq)}{open > 0 ? <span className="small muted"> {t('trail.waiting', { count: open })}</span> : null}</dd></div>
        <div><dt>{t('trail.seals')}</dt><dd className="num">{integer(state.seals)}</dd></div>
        <div><dt>{t('trail.lastSeal')}</dt><dd title={exactInstant(state.last_seal_at)}>{ago(state.last_seal_at, now)}</dd></div>
        {state.head ? <div className="seal-head"><dt>{t('trail.head')}</dt><dd><code title={state.head}>{state.head.slice(0, 16)}…</code></dd></div> : null}
      </dl>
    </div>
  )
}

function Events() {
  const { t } = useTranslation()
  const meta = useMeta()
  const now = useCoarseNow()
  const [params, setParams] = useSearchParams()
  const object = params.get('object') ?? undefined
  const op = params.get('op') ?? undefined
  const actor = params.get('actor') ?? undefined
  const last = Number(params.get('days')) || undefined
  const set = (key: string, value: string | undefined): void =>
    setParams((old) => {
      const next = new URLSearchParams(old)
      if (value) next.set(key, value)
      else next.delete(key)
      return next
    })
  const from = last ? new Date(now - last * 86_400_000).toISOString() : undefined
  const events = useInfiniteQuery({
    queryKey: [...keys.events, { object, op, actor, last }],
    initialPageParam: '',
    queryFn: ({ pageParam }) =>
      api.get<EventPage>('events', { object, op, actor, from, limit: 50, cursor: pageParam || undefined }),
    getNextPageParam: (page) => page.next_cursor || undefined,
    placeholderData: (before) => before,
  })
  const rows = events.data?.pages.flatMap((p) => p.events) ?? []
  const refs = mergeRefs(...(events.data?.pages ?? []).map((p) => p.refs))
  return (
    <>
      <div className="row trail-filters" role="group" aria-label={t('filter.title')}>
        <Select aria-label={t('trail.object')} allowClear placeholder={t('trail.object')} value={object} onChange={(v) => set('object', v)} popupMatchSelectWidth={false} options={meta.objects.map((o) => ({ value: o.name, label: titled(o.title, o.name) }))} />
        <Select aria-label={t('trail.op')} allowClear placeholder={t('trail.op')} value={op} onChange={(v) => set('op', v)} popupMatchSelectWidth={false} options={ops.map((o) => ({ value: o, label: t(`opName.${o}`) }))} />
        <Select aria-label={t('trail.actor')} allowClear showSearch={{ optionFilterProp: 'label' }} placeholder={t('trail.actor')} value={actor} onChange={(v) => set('actor', v)} popupMatchSelectWidth={false} options={meta.people.map((p) => ({ value: p.id, label: p.name }))} />
        <Select aria-label={t('trail.when')} allowClear placeholder={t('trail.when')} value={last} onChange={(v?: number) => set('days', v ? String(v) : undefined)} popupMatchSelectWidth={false} options={days.map((d) => ({ value: d, label: t('cond.last', { n: d, unit: t('cond.unit.day') }) }))} />
      </div>
      {events.isPending ? <Loading rows={10} />
        : events.isError && rows.length === 0 ? <Failed error={events.error} retry={() => void events.refetch()} />
        : rows.length === 0 ? <Empty title={t('trail.none')} text={t('trail.noneText')} />
        : (
          <div className="table-wrap">
            <table className="plain-table trail-table">
              <thead><tr><th scope="col" className="num">#</th><th scope="col">{t('trail.when')}</th><th scope="col">{t('trail.actor')}</th><th scope="col">{t('trail.what')}</th><th scope="col">{t('trail.object')}</th><th scope="col">{t('trail.ip')}</th></tr></thead>
              <tbody>
                {rows.map((event) => {
                  const kind = meta.objects.find((o) => o.name === event.object)
                  const about = refs[event.object ?? '']?.[event.record_id ?? '']
                  return (
                    <tr key={event.seq}>
                      <td className="num muted">{event.seq}</td>
                      <td className="nowrap">{exactInstant(event.at)}</td>
                      <td className="nowrap">{actorName(event, t)}</td>
                      <td><EventTitle event={event} object={kind} /><EventChanges event={event} object={kind} refs={refs} />{event.note ? <div className="muted">{event.note}</div> : null}</td>
                      <td className="trail-about">
                        <span className="muted small">{titled(kind?.title) || event.object || '—'}</span>
                        {kind && event.record_id ? <Link to={`/objects/${kind.name}/${event.record_id}`}>{about || t('trail.record')}</Link> : null}
                      </td>
                      <td className="nowrap muted" title={event.request_id}>{event.ip || '—'}</td>
                    </tr>
                  )
                })}
              </tbody>
            </table>
          </div>
        )}
      {events.hasNextPage ? <Button type="link" loading={events.isFetchingNextPage} onClick={() => void events.fetchNextPage()}>{t('timeline.more')}</Button> : null}
    </>
  )
}
