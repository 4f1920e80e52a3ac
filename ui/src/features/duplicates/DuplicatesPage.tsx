import { App, Button, Progress, Select, Tabs } from 'antd'
import { useCallback, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useSearchParams } from 'react-router'
import { usePairs, useScan, type Pair } from '../../api/duplicates'
import { mergeRefs } from '../../api/records'
import { useMeta, useRight } from '../../api/session'
import type { Job, ObjectMeta } from '../../api/types'
import { titled } from '../../i18n/titled'
import { useCoarseNow } from '../../parts/clock'
import { Chip } from '../../parts/Chip'
import { ago } from '../../parts/format'
import { PageHead } from '../../parts/PageHead'
import { problemText } from '../../parts/problem'
import { Empty, Failed, Loading, NoRight } from '../../parts/States'
import { usePhone } from '../../parts/usePhone'
import { useRowKeys } from '../records/useRowKeys'
import { titleOf } from '../records/views'
import { Compare } from './Compare'
import { Reasons } from './Reasons'
import './duplicates.css'

export default function DuplicatesPage() {
  const meta = useMeta()
  const [params] = useSearchParams()
  const objects = ['lead', 'customer'].flatMap((n) => meta.objects.filter((o) => o.name === n))
  const object = objects.find((o) => o.name === params.get('object')) ?? objects[0]
  return <div className="page dup-page">{object ? <Queue key={object.name} object={object} objects={objects} /> : <NoRight />}</div>
}

/** The pairs by score, and the one in hand side by side. Object, state, import and pair stand in the address. */
function Queue({ object, objects }: { object: ObjectMeta; objects: ObjectMeta[] }) {
  const { t } = useTranslation()
  const phone = usePhone()
  const [params, setParams] = useSearchParams()
  const state = params.get('state') === 'dismissed' ? 'dismissed' as const : 'open' as const
  const record = params.get('record') ?? undefined
  const job = params.get('import') ?? undefined
  const list = usePairs(object.name, { state, import: job, record })
  const pages = list.data?.pages ?? []
  const pairs = pages.flatMap((p) => p.pairs)
  const refs = mergeRefs(...pages.map((p) => p.refs))
  const asked = params.get('pair')
  const at = pairs.findIndex((p) => p.id === asked)
  const [last, setLast] = useState(0)
  const cursor = at >= 0 ? at : Math.min(last, pairs.length - 1)
  const current = phone && at < 0 ? undefined : pairs[cursor]
  const put = useCallback((next: Record<string, string | null>): void =>
    setParams((old) => {
      const copy = new URLSearchParams(old)
      for (const [name, value] of Object.entries(next)) if (value) copy.set(name, value)
      else copy.delete(name)
      return copy
    }, { replace: !phone }), [setParams, phone])
  const go = (to: number): void => { const p = pairs[to]; if (p) { setLast(to); put({ pair: p.id }) } }
  useRowKeys({ count: pairs.length, cursor, move: go, select: () => undefined, open: go })
  const head = pages[0]
  const title = titled(object.title)
  return (
    <>
      <PageHead title={t('duplicates.title')} extra={<span>{t('duplicates.about')}</span>}>
        {head?.on ? <ScanButton object={object} scan={head.scan} /> : null}
      </PageHead>
      <div className="row dup-tabs">
        {objects.length > 1 ? <Tabs activeKey={object.name} onChange={(key) => put({ object: key, pair: null, import: null, record: null })} items={objects.map((o) => ({ key: o.name, label: titled(o.title) }))} /> : null}
        <Select aria-label={t('duplicates.state')} value={state} popupMatchSelectWidth={false} onChange={(v) => put({ state: v === 'open' ? null : v, pair: null })} options={[{ value: 'open', label: t('duplicates.open') }, { value: 'dismissed', label: t('duplicates.dismissedTab') }]} />
        {job || record ? <span className="small muted">{t(job ? 'duplicates.ofImport' : 'duplicates.ofRecord')} <button type="button" className="link" onClick={() => put({ import: null, record: null, pair: null })}>{t('duplicates.showEvery')}</button></span> : null}
      </div>
      {list.isPending ? <Loading rows={8} />
        : list.isError && pairs.length === 0 ? <Failed error={list.error} retry={() => void list.refetch()} />
        : pairs.length === 0 ? (
          head && !head.on ? <Empty title={t('duplicates.off', { object: title })} text={t('duplicates.offText')} />
            : <Empty title={t(state === 'open' ? 'duplicates.none' : 'duplicates.noneDismissed')} text={t(state === 'open' ? 'duplicates.noneText' : 'duplicates.noneDismissedText')}>{list.hasNextPage ? <Button onClick={() => void list.fetchNextPage()}>{t('duplicates.more')}</Button> : null}</Empty>
        ) : (
          <div className="dup-grid">
            {phone && current ? null : (
              <div>
                <ul className="dup-list" aria-label={t('duplicates.list')}>
                  {pairs.map((p, i) => <Line key={p.id} pair={p} object={object} on={!phone && i === cursor} onOpen={() => go(i)} />)}
                </ul>
                {list.hasNextPage ? <Button type="link" loading={list.isFetchingNextPage} onClick={() => void list.fetchNextPage()}>{t('duplicates.more')}</Button> : null}
                {phone ? null : <p className="muted small">{t('duplicates.keys')}</p>}
              </div>
            )}
            {current ? <Compare key={current.id} object={object} pair={current} refs={refs} choosable={head?.choosable ?? []} onDone={() => put({ pair: null })} onBack={phone ? () => put({ pair: null }) : undefined} /> : null}
          </div>
        )}
    </>
  )
}

function Line({ pair, object, on, onOpen }: { pair: Pair; object: ObjectMeta; on: boolean; onOpen: () => void }) {
  const { t } = useTranslation()
  const name = (side: 'a' | 'b'): string => titleOf(pair[side], object) ?? t('record.untitled')
  return (
    <li data-testid="pair" data-id={pair.id}>
      <button type="button" className={`dup-item ${on ? 'is-on' : ''}`} aria-current={on || undefined} onClick={onOpen}>
        <span className="dup-item-head"><strong className="num">{pair.score}</strong><Chip tone={pair.sure ? 'red' : 'amber'}>{t(pair.sure ? 'duplicates.sure' : 'duplicates.maybe')}</Chip></span>
        <span className="dup-item-name">{name('a')}</span>
        <span className="dup-item-name">{name('b')}</span>
        <Reasons reasons={pair.reasons} />
      </button>
    </li>
  )
}

function ScanButton({ object, scan }: { object: ObjectMeta; scan?: Job | null }) {
  const { t } = useTranslation()
  const { message } = App.useApp()
  const now = useCoarseNow()
  const may = useRight('definitions.write')
  const start = useScan(object.name)
  if (scan && (scan.state === 'queued' || scan.state === 'running')) {
    return <span className="dup-scan" role="status"><span className="small muted">{t('duplicates.scanning')}</span><Progress percent={Math.floor(scan.progress * 100)} size="small" aria-label={t('duplicates.scanning')} /></span>
  }
  return (
    <>
      {scan?.state === 'failed' ? <span className="small bad">{scan.error}</span> : scan?.created_at ? <span className="small muted">{t('duplicates.scanned', { at: ago(scan.created_at, now) })}</span> : null}
      {may ? <Button loading={start.isPending} onClick={() => start.mutate(undefined, { onError: (error) => void message.error(problemText(error)) })}>{t('duplicates.scan')}</Button> : null}
    </>
  )
}
