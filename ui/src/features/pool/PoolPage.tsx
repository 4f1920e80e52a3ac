import { App, Button, Checkbox, Segmented, Tabs } from 'antd'
import { useCallback, useEffect, useMemo, useState } from 'react'
import type { TFunction } from 'i18next'
import { useTranslation } from 'react-i18next'
import { Link, useNavigate, useSearchParams } from 'react-router'
import { useQueryClient } from '@tanstack/react-query'
import { Problem } from '../../api/client'
import { keys } from '../../api/keys'
import { useBulk, usePool, type Pool, type PoolRegion } from '../../api/pool'
import { mergeRefs, useRecords } from '../../api/records'
import { useObject } from '../../api/session'
import type { ObjectMeta } from '../../api/types'
import { clock } from '../../parts/clock'
import { PageHead } from '../../parts/PageHead'
import { problemText } from '../../parts/problem'
import { Empty, Failed, Loading, NoRight } from '../../parts/States'
import { TransferModal } from '../record/TransferModal'
import { useRowKeys } from '../records/useRowKeys'
import { PoolLine } from './PoolLine'
import { useClaim } from './useClaim'
import '../records/records.css'
import './pool.css'

export default function PoolPage() {
  const { t } = useTranslation()
  const object = useObject('lead')
  const pool = usePool('lead', Boolean(object?.pool))
  useNext(pool.data?.next_at)
  const none = !object?.pool || (pool.error instanceof Problem && pool.error.status === 403)
  return (
    <div className="page pool-page">
      {none ? <><PageHead title={t('pool.title')} /><NoRight /></>
        : pool.isPending ? <Loading rows={10} />
        : pool.isError && !pool.data ? <><PageHead title={t('pool.title')} /><Failed error={pool.error} retry={() => void pool.refetch()} /></>
        : <Regions object={object} pool={pool.data} />}
    </div>
  )
}

/** Asks again when the next record passes its hours, for a page whose feed is broken just then. */
function useNext(at: string | null | undefined): void {
  const client = useQueryClient()
  useEffect(() => {
    const wait = at ? new Date(at).getTime() - clock.read() : Infinity
    if (wait > 86_400_000) return
    const timer = setTimeout(() => void client.invalidateQueries({ queryKey: keys.list('lead') }), Math.max(1000, wait + 300))
    return () => clearTimeout(timer)
  }, [at, client])
}

const lateWords = (pool: Pool, t: TFunction): string => (pool.hours === null ? t('pool.lateBySegment') : t('pool.late', { hours: pool.hours }))

const capped = (n: number, more: boolean): string => (more ? `${n}+` : String(n))

function Regions({ object, pool }: { object: ObjectMeta; pool: Pool }) {
  const { t } = useTranslation()
  const [params, setParams] = useSearchParams()
  const region = pool.regions.find((r) => r.id === params.get('region')) ?? pool.regions[0]
  const late = params.get('late') === '1'
  const put = (name: string, value: string): void => setParams((old) => {
    const next = new URLSearchParams(old)
    if (value) next.set(name, value)
    else next.delete(name)
    return next
  })
  if (!region) return null
  const { max_claims_per_day: most, claimed_today: taken } = pool.quota
  return (
    <>
      <PageHead title={t('pool.title')} extra={<>
        <span className="num">{t('list.count', { count: capped(pool.regions[0]?.count ?? 0, Boolean(pool.regions[0]?.capped)) })} · {t('list.live')}</span>
        {pool.may_claim && most ? <span className="num" data-testid="pool-quota">{t('pool.quota', { taken, most })}</span> : null}
        {pool.rule ? <Link to={`/config/pool_policy/${pool.rule.name}`}>{t('pool.rule')}</Link> : null}
      </>} />
      <Tabs className="view-tabs" activeKey={region.id} onChange={(key) => put('region', key === 'all' ? '' : key)}
        items={pool.regions.map((r) => ({ key: r.id, label: <span data-testid={`pool-region-${r.id}`}>{regionName(r, t)} <span className="num muted">{capped(r.count, r.capped)}</span>{r.waiting > 0 ? <span className="num pool-badge" title={lateWords(pool, t)}>{capped(r.waiting, r.waiting_capped)}</span> : null}</span> }))} />
      <div className="pool-bar">
        <Segmented<string> aria-label={t('pool.which')} value={late ? 'late' : 'all'} onChange={(v) => put('late', v === 'late' ? '1' : '')}
          options={[{ value: 'all', label: t('pool.all') }, { value: 'late', label: `${lateWords(pool, t)} ${capped(region.waiting, region.waiting_capped)}` }]} />
      </div>
      <Lines key={`${region.id}${late ? '!' : ''}`} object={object} pool={pool} region={region} late={late} onAll={() => put('late', '')} />
    </>
  )
}

const regionName = (r: PoolRegion, t: (key: string) => string): string => r.name || t(`pool.region.${r.id}`)

function Lines({ object, pool, region, late, onAll }: { object: ObjectMeta; pool: Pool; region: PoolRegion; late: boolean; onAll: () => void }) {
  const { t } = useTranslation()
  const navigate = useNavigate()
  const { message } = App.useApp()
  const sort = object.fields.some((f) => f.name === 'pool_since') ? 'pool_since' : 'created_at'
  const list = useRecords(object.name, { filter: late ? region.waiting_filter : region.filter, sort })
  const pages = list.data?.pages
  const records = useMemo(() => pages?.flatMap((p) => p.records) ?? [], [pages])
  const refs = useMemo(() => mergeRefs(...(pages ?? []).map((p) => p.refs)), [pages])
  const [chosen, setSelected] = useState<Set<string>>(new Set())
  const selected = useMemo(() => records.filter((r) => chosen.has(r.id)).map((r) => r.id), [records, chosen])
  const [cursor, setCursor] = useState(-1)
  const [handing, setHanding] = useState(false)
  const { busy, claim } = useClaim(object.name)
  const bulk = useBulk(object.name)
  const toggle = useCallback((id: string) => setSelected((old) => {
    const next = new Set(old)
    if (!next.delete(id)) next.add(id)
    return next
  }), [])
  useRowKeys({
    count: records.length, cursor, move: setCursor,
    select: (at) => { const r = records[at]; if (r && pool.may_assign) toggle(r.id) },
    open: (at) => { const r = records[at]; if (r) void navigate(`/objects/${object.name}/${r.id}`) },
  })
  const claimSelected = (): void => bulk.mutate({ ids: selected, action: 'claim' }, {
    onSuccess: ({ won, lost, error }) => {
      setSelected(new Set())
      if (lost > 0) void message.warning(`${t('list.claimed', { won, lost })} ${problemText(error)}`)
      else void message.success(t('list.claimed', { won, lost }))
    },
  })
  if (list.isPending) return <Loading rows={8} />
  if (list.isError && records.length === 0) return <Failed error={list.error} retry={() => void list.refetch()} />
  if (records.length === 0) {
    return late ? <Empty title={t('pool.noneLate')} text={t('pool.noneLateText')}><Button onClick={onAll}>{t('pool.all')}</Button></Empty> : <Empty title={t('pool.none')} text={t('pool.noneText')} />
  }
  return (
    <>
      {pool.may_assign ? (
        <div className="pool-select">
          <Checkbox checked={selected.length === records.length} indeterminate={selected.length > 0 && selected.length < records.length} onChange={(e) => setSelected(e.target.checked ? new Set(records.map((r) => r.id)) : new Set())}>{selected.length > 0 ? t('list.selected', { count: selected.length }) : t('list.selectAll')}</Checkbox>
          {selected.length > 0 ? (
            <span className="row" role="status">
              <Button size="small" type="primary" onClick={() => setHanding(true)}>{t('pool.assign')}</Button>
              {pool.may_claim ? <Button size="small" loading={bulk.isPending} onClick={claimSelected}>{t('pool.claimAll')}</Button> : null}
            </span>
          ) : null}
        </div>
      ) : null}
      <ul className="pool-list">
        {records.map((r, i) => (
          <PoolLine key={r.id} object={object} record={r} refs={refs} late={late} hours={pool.hours} claims={pool.may_claim} selects={pool.may_assign} selected={chosen.has(r.id)} here={i === cursor} busy={busy === r.id} onSelect={() => toggle(r.id)} onClaim={() => claim(r.id)} />
        ))}
      </ul>
      <p className="list-foot muted small">
        <span className="pool-keys">{t(pool.may_assign ? 'list.keys' : 'pool.keys')}</span>
        {list.hasNextPage ? <Button size="small" loading={list.isFetchingNextPage} onClick={() => void list.fetchNextPage()}>{t('pool.more')}</Button> : <span>{t('list.loadedAll', { count: records.length })}</span>}
      </p>
      {handing ? <TransferModal object={object.name} ids={selected} refs={refs} onClose={() => { setHanding(false); setSelected(new Set()) }} /> : null}
    </>
  )
}
