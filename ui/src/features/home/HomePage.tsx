import { useTranslation } from 'react-i18next'
import { Link, useNavigate } from 'react-router'
import type { Condition } from '../../api/condition'
import { useInbox, useMarkRead } from '../../api/inbox'
import { mergeRefs, useFewRecords } from '../../api/records'
import { useMeta, useSession } from '../../api/session'
import type { ObjectMeta, RecordData, Refs } from '../../api/types'
import { FieldShow } from '../../fields'
import { isBlank } from '../../fields/kind'
import { useCoarseNow, useNow } from '../../parts/clock'
import { CountdownChip, leadingTimer } from '../../parts/Countdown'
import { dayOf, weekday } from '../../parts/format'
import { Card, PageHead } from '../../parts/PageHead'
import { Empty, Failed, Loading } from '../../parts/States'
import { InboxLine } from '../inbox/InboxLine'
import { Age } from '../records/Cell'
import { titleOf } from '../records/views'
import './home.css'

const newWindow = 3 * 86_400_000

/** What this person should do first: overdue, then due today, then what just came in. */
export default function HomePage() {
  const { t } = useTranslation()
  const meta = useMeta()
  const { user } = useSession()
  const now = useCoarseNow()
  const sells = user.roles.includes('rep')
  const object = meta.objects.find((o) => o.name === 'lead')
  return (
    <div className="page home">
      <PageHead title={t('home.title')} extra={<span>{weekday(now)} · {t('home.hello', { name: user.name })}</span>} />
      <div className="home-grid">
        {object ? <Work object={object} whose={sells ? { field: 'owner', op: 'eq', value: user.id } : { field: 'owner', op: 'not_empty' }} mine={sells} /> : null}
        <Latest />
      </div>
    </div>
  )
}

/** A rep's own leads; for those who lead, the ones of everybody they may see. */
function Work({ object, whose, mine }: { object: ObjectMeta; whose: Condition; mine: boolean }) {
  const { t } = useTranslation()
  const now = useNow()
  const hasDue = object.fields.some((f) => f.name === 'due_at')
  const open: Condition[] = hasDue
    ? [{ field: 'due_at', op: 'not_empty' }]
    : [{ field: 'stage', op: 'eq', value: 'new' }, { field: 'assigned_at', op: 'within', value: { last: 30, unit: 'day' } }]
  const due = useFewRecords('lead', { filter: { all: [whose, ...open] }, sort: hasDue ? 'due_at' : '-assigned_at', limit: 100 })
  const fresh = useFewRecords('lead', { filter: { all: [whose, { field: 'created_at', op: 'within', value: { last: 3, unit: 'day' } }] }, sort: '-created_at', limit: 100 })
  if (due.isPending || fresh.isPending) return <Card><Loading rows={8} /></Card>
  if (due.isError) return <Card><Failed error={due.error} retry={() => void due.refetch()} /></Card>
  const timed = due.data.records.map((record) => ({ record, timer: leadingTimer(record.timers) }))
  const at = (r: (typeof timed)[number]): number => new Date(r.timer?.due_at ?? 0).getTime()
  const overdue = timed.filter((r) => r.timer && (r.timer.state === 'fired' || (r.timer.state === 'running' && at(r) <= now)))
  const today = timed.filter((r) => r.timer?.state === 'running' && at(r) > now && dayOf(at(r)) === dayOf(now))
  const first = [...overdue, ...today].sort((a, b) => at(a) - at(b)).map((r) => r.record)
  const listed = new Set(first.map((r) => r.id))
  const news = (fresh.data?.records ?? []).filter((r) => new Date(String(r.created_at)).getTime() > now - newWindow)
  const refs = mergeRefs(due.data.refs, fresh.data?.refs)
  const later = news.filter((r) => !listed.has(r.id)).slice(0, 8)
  const list = `/objects/lead?view=${mine ? 'mine' : 'soon'}`
  const many = (n: number): string => (n >= 100 ? '100+' : String(n))
  return (
    <div className="home-work">
      <div className="home-tiles">
        <Tile tone="red" value={many(overdue.length)} label={t('home.overdue')} to={list} />
        <Tile tone="amber" value={many(today.length)} label={t('home.today')} to={list} />
        <Tile tone="ink" value={many(news.length)} label={t('home.new')} to={`${list}&sort=-created_at`} />
      </div>
      <Card title={t(mine ? 'home.first' : 'home.watch')}>
        {first.length === 0 ? <Empty title={t('home.nothingDue')} text={t('home.nothingDueText')} /> : <Leads records={first.slice(0, 12)} object={object} refs={refs} timed />}
      </Card>
      {later.length > 0 ? <Card title={t('home.new')}><Leads records={later} object={object} refs={refs} /></Card> : null}
    </div>
  )
}

function Tile({ tone, value, label, to }: { tone: string; value: string; label: string; to: string }) {
  return (
    <Link to={to} className={`tile tile-${value === '0' ? 'ink' : tone}`}>
      <strong>{value}</strong>
      <span>{label}</span>
    </Link>
  )
}

function Leads({ records, object, refs, timed }: { records: RecordData[]; object: ObjectMeta; refs?: Refs; timed?: boolean }) {
  const { t } = useTranslation()
  const facts = ['name', 'budget', 'industry', 'source'].flatMap((n) => object.fields.filter((f) => f.name === n))
  return (
    <ul className="home-list">
      {records.map((record) => (
        <li key={record.id}>
          <Link to={`/objects/lead/${record.id}`} className="home-line" data-testid="home-lead">
            <span className="home-name">{titleOf(record, object) ?? t('record.untitled')}</span>
            <span className="home-facts">
              {facts.filter((f) => !isBlank(record[f.name]) && String(record[f.name]) !== titleOf(record, object)).map((f) => <span key={f.name}><FieldShow field={f} value={record[f.name]} refs={refs} /></span>)}
            </span>
            <span className="home-end">{timed ? <CountdownChip timers={record.timers} /> : <Age at={record.created_at} />}</span>
          </Link>
        </li>
      ))}
    </ul>
  )
}

function Latest() {
  const { t } = useTranslation()
  const inbox = useInbox()
  const mark = useMarkRead()
  const navigate = useNavigate()
  return (
    <Card title={t('inbox.title')} className="home-inbox" extra={inbox.data?.unread ? t('inbox.unread', { count: inbox.data.unread }) : undefined}>
      {inbox.isPending ? <Loading rows={4} />
        : inbox.isError && !inbox.data ? <Failed error={inbox.error} retry={() => void inbox.refetch()} />
        : (inbox.data?.items.length ?? 0) === 0 ? <Empty title={t('inbox.none')} text={t('inbox.noneText')} />
        : (
          <ul className="inbox-list">
            {inbox.data?.items.slice(0, 6).map((item) => (
              <InboxLine key={item.id} item={item} onOpen={() => {
                if (!item.read_at) mark.mutate(item.id)
                if (item.object && item.record_id) void navigate(`/objects/${item.object}/${item.record_id}`)
              }} />
            ))}
          </ul>
        )}
    </Card>
  )
}
