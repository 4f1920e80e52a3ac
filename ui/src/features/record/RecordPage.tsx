import { App, Button } from 'antd'
import { lazy, Suspense, useEffect, useRef, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useNavigate, useParams } from 'react-router'
import { Problem } from '../../api/client'
import { useRecord, useRecordAction } from '../../api/records'
import { useObject, useSession } from '../../api/session'
import type { ObjectMeta, RecordDetail } from '../../api/types'
import { viewing } from '../../api/viewing'
import { titled } from '../../i18n/titled'
import { leadingTimer } from '../../parts/Countdown'
import { Chip } from '../../parts/Chip'
import { useCoarseNow } from '../../parts/clock'
import { instant } from '../../parts/format'
import { isBlank } from '../../fields/kind'
import { Card, PageHead } from '../../parts/PageHead'
import { problemText } from '../../parts/problem'
import { Failed, Loading, Missing } from '../../parts/States'
import { usePhone } from '../../parts/usePhone'
import { WhyPanel } from '../../parts/why/WhyPanel'
import { ConvertedBanner } from '../convert/ConvertedBanner'
import { MergedBanner, WentInto } from '../duplicates/MergedBanner'
import { titleOf } from '../records/views'
import { SendMaterial } from '../forms/SendMaterial'
import { ProtectModal } from '../pool/ProtectModal'
import { ReturnModal } from '../pool/ReturnModal'
import { RecordMore, WhyUnseen } from '../sharing/RecordMore'
import { ScriptPanel } from '../scripts/ScriptPanel'
import { Composer } from './Composer'
import { CountdownBanner } from './CountdownBanner'
import { Facts } from './Facts'
import { NextStep } from './NextStep'
import { Related } from './Related'
import { TagRow } from './TagRow'
import { Timeline } from './Timeline'
import { TransferModal } from './TransferModal'
import './record.css'

const ConvertModal = lazy(() => import('../convert/ConvertModal'))
/** What may be sent a material: its contact is somebody outside. */
const sendable = new Set(['lead', 'contact', 'customer'])

export default function RecordPage() {
  const { object: name = '', id = '' } = useParams()
  const { t } = useTranslation()
  const object = useObject(name)
  const navigate = useNavigate()
  const detail = useRecord(name, id)
  if (!object) return <div className="page"><Missing><WhyUnseen object={name} id={id} /></Missing></div>
  if (detail.error instanceof Problem && detail.error.status === 404) {
    return <div className="page"><Missing text={detail.error.detail || undefined}><WentInto object={object} id={id} /><WhyUnseen object={name} id={id} /><Button onClick={() => void navigate(`/objects/${name}`)}>{t('state.toList', { object: titled(object.title, name) })}</Button></Missing></div>
  }
  if (detail.isPending) return <div className="page"><Loading rows={12} /></div>
  if (detail.isError && !detail.data) return <div className="page"><Failed error={detail.error} retry={() => void detail.refetch()} /></div>
  return <Record key={id} object={object} detail={detail.data} />
}

/** The owner's own visits are told to the server, once each, as long as a contact is awaited; reading ahead never reaches this. */
function useOpening(object: ObjectMeta, detail: RecordDetail): void {
  const { user } = useSession()
  const { mutate } = useRecordAction(object.name, detail.record.id)
  const told = useRef(false)
  const { owner, contacted_at, decided_at } = detail.record
  const mine = object.name === 'lead' && owner === user.id && !viewing.current() && (Boolean(detail.rights?.open) || (isBlank(contacted_at) && isBlank(decided_at)))
  useEffect(() => {
    if (!mine || told.current) return
    told.current = true
    mutate({ action: 'open' })
  }, [mine, mutate])
}

function Record({ object, detail }: { object: ObjectMeta; detail: RecordDetail }) {
  const { t } = useTranslation()
  const { message } = App.useApp()
  const { record, refs, rights } = detail
  const action = useRecordAction(object.name, record.id)
  const [transferring, setTransferring] = useState(false)
  const [returning, setReturning] = useState(false)
  const [keeping, setKeeping] = useState(false)
  const now = useCoarseNow()
  const kept = isBlank(record.protected_until) || new Date(String(record.protected_until)).getTime() <= now ? null : String(record.protected_until)
  const [converting, setConverting] = useState(false)
  const composer = useRef<HTMLDivElement>(null)
  const lead = object.name === 'lead'
  const timed = { ...record, timers: detail.timers ?? record.timers }
  const phone = usePhone()
  useOpening(object, detail)
  useEffect(() => {
    document.title = `${titleOf(record, object) ?? titled(object.title)} · ${t('app.name')}`
    return () => { document.title = t('app.title') }
  }, [record, object, t])
  const claim = (): void =>
    action.mutate({ action: 'claim' }, {
      onSuccess: () => void message.success(t('record.claimed')),
      onError: (error) => void message.error(problemText(error)),
    })
  const release = (): void =>
    action.mutate({ action: 'unprotect' }, { onSuccess: () => void message.success(t('pool.unprotected')), onError: (error) => void message.error(problemText(error)) })
  const toComposer = (): void => {
    composer.current?.scrollIntoView({ block: 'center' })
    composer.current?.querySelector('textarea')?.focus()
  }
  return (
    <div className="page record-page">
      <PageHead title={titleOf(record, object) ?? t('record.untitled')} extra={<TagRow object={object} record={record} />}>
        {rights?.protect ? <Button onClick={() => setKeeping(true)}>{t('pool.protect')}</Button> : null}
        {rights?.return ? <Button onClick={() => setReturning(true)}>{t('pool.return')}</Button> : null}
        {rights?.transfer ? <Button onClick={() => setTransferring(true)}>{t('record.transfer')}</Button> : null}
        {rights?.claim ? <Button type="primary" loading={action.isPending} onClick={claim}>{t('record.claim')}</Button> : null}
        {rights?.convert ? <Button onClick={() => setConverting(true)}>{t('convert.action')}</Button> : null}
        {rights?.contacted && !phone ? <Button type={rights.claim ? 'default' : 'primary'} onClick={toComposer}>{t('record.contacted')}</Button> : null}
        <RecordMore object={object.name} id={record.id} />
      </PageHead>
      {kept ? <p className="pool-kept" data-testid="protected"><Chip tone="blue">{t('pool.protect')}</Chip> {t('pool.keptUntil', { at: instant(kept, now) })} {rights?.unprotect ? <button type="button" className="link" onClick={release}>{t('pool.unprotect')}</button> : null}</p> : null}
      <div className="record-grid">
        <div className="record-left">
          <Facts object={object} detail={detail} />
          {sendable.has(object.name) ? <SendMaterial object={object.name} id={record.id} /> : null}
          {lead ? <Related object={object} detail={detail} /> : null}
        </div>
        <div className="record-middle">
          <MergedBanner object={object} id={record.id} />
          <ConvertedBanner object={object} detail={detail} />
          {lead || leadingTimer(timed) ? <CountdownBanner record={timed} /> : null}
          {rights?.contacted ? <Composer box={composer} object={object.name} id={record.id} /> : null}
          <Timeline object={object} id={record.id} />
        </div>
        {lead ? (
          <div className="record-right">
            <ScriptPanel object={object} record={record} />
            <Card><WhyPanel object={object.name} id={record.id} subject="owner" /></Card>
            <NextStep detail={detail} />
          </div>
        ) : (
          <div className="record-right">
            {object.name === 'customer' ? <ScriptPanel object={object} record={record} /> : null}
            <Related object={object} detail={detail} />
          </div>
        )}
      </div>
      {returning ? <ReturnModal object={object.name} ids={[record.id]} onClose={() => setReturning(false)} /> : null}
      {keeping ? <ProtectModal object={object.name} id={record.id} until={kept ?? undefined} onClose={() => setKeeping(false)} /> : null}
      {converting ? <Suspense fallback={null}><ConvertModal object={object} detail={detail} onClose={() => setConverting(false)} /></Suspense> : null}
      {transferring ? <TransferModal object={object.name} ids={[record.id]} owner={record.owner as string | undefined} refs={refs} onClose={() => setTransferring(false)} /> : null}
    </div>
  )
}
