import { useTranslation } from 'react-i18next'
import { Link, useNavigate } from 'react-router'
import { allOf, type Condition } from '../../api/condition'
import { useInbox, useMarkRead } from '../../api/inbox'
import { useFewRecords } from '../../api/records'
import { useMeta, useSession } from '../../api/session'
import type { ObjectMeta, RecordData, RecordPage, Refs } from '../../api/types'
import { FieldShow } from '../../fields'
import { isBlank } from '../../fields/kind'
import { useCoarseNow } from '../../parts/clock'
import { CountdownChip } from '../../parts/Countdown'
import { weekday } from '../../parts/format'
import { Card, PageHead } from '../../parts/PageHead'
import { Empty, Failed, Loading } from '../../parts/States'
import { InboxLine } from '../inbox/InboxLine'
import { Age } from '../records/Cell'
import { dueFilters, titleOf } from '../records/views'
import './home.css'

const shownFirst = 12
const shownNew = 8
const again = 60_000
const fresh: Condition = { field: 'created_at', op: 'within', value: { last: 3, unit: 'day' } }

/** What this person should do first: overdue, then due today, then what just came in. */
export default function HomePage() {
  const { t } = useTranslation()
  const meta = useMeta()
  const { user } = useSession()
  const now = useCoarseNow()
  const object = meta.objects.find((o) => o.name === 'lead')
  return (
    <div className="page home">
      <PageHead title={t('home.title')} extra={<span>{weekday(now)} · {t('home.hello', { name: user.name })}</span>} />
      <div className={object ? 'home-grid' : 'home-grid is-single'}>
        {object ? <Work object={object} me={user.roles.includes('rep') ? user.id : null} /> : null}
        <Latest />
      </div>
    </div>
  )
}

/** A rep's own leads; for those who lead (me is null), the ones of everybody they may see, with whose they are. */
function Work({ object, me }: { object: ObjectMeta; me: string | null }) {
  const { t } = useTranslation()
  const whose: Condition | undefined = me ? { field: 'owner', op: 'eq', value: me } : undefined
  const ask = (filter: Condition, sort: string, limit: number) => ({ filter: allOf(whose, filter), sort, limit })
  const timed = object.fields.some((f) => f.name === 'due_at') // a company may have leads that nothing counts down
  const overdue = useFewRecords('lead', ask(dueFilters.overdue, 'due_at', 1), timed, again)
  const today = useFewRecords('lead', ask(dueFilters.today, 'due_at', 1), timed, again)
  const first = useFewRecords('lead', ask(dueFilters.both, 'due_at', shownFirst), timed, again)
  const news = useFewRecords('lead', ask(fresh, '-created_at', shownFirst + shownNew), true, again)
  const all = timed ? [overdue, today, first, news] : [news]
  const failed = all.find((q) => q.isError && !q.data)
  if (failed) return <Card><Failed error={failed.error} retry={() => all.forEach((q) => void q.refetch())} /></Card>
  if (!news.data || (timed && (!overdue.data || !today.data || !first.data))) return <Card><Loading rows={8} /></Card>
  const listed = new Set((first.data?.records ?? []).map((r) => r.id))
  const later = news.data.records.filter((r) => !listed.has(r.id)).slice(0, shownNew)
  const newest = `/objects/lead?view=all&filter=${encodeURIComponent(JSON.stringify(whose ? [whose, fresh] : [fresh]))}&sort=-created_at`
  const due = (overdue.data?.count ?? 0) + (today.data?.count ?? 0)
  return (
    <div className="home-work">
      <div className="home-tiles">
        {overdue.data ? <Tile tone="red" page={overdue.data} label={t('home.overdue')} to="/objects/lead?view=overdue" /> : null}
        {today.data ? <Tile tone="amber" page={today.data} label={t('home.today')} to="/objects/lead?view=today" /> : null}
        <Tile tone="ink" page={news.data} label={t('home.new')} to={newest} />
      </div>
      {first.data ? <Card title={t(me ? 'home.first' : 'home.watch')} extra={due > listed.size ? <Link to="/objects/lead?view=soon">{t('home.more')}</Link> : undefined}>
        {listed.size === 0 ? <Empty title={t('home.nothingDue')} text={t('home.nothingDueText')} /> : <Leads records={first.data.records} object={object} refs={first.data.refs} timed owners={!me} />}
      </Card> : null}
      {later.length > 0 ? <Card title={t('home.new')} extra={<Link to={newest}>{t('home.more')}</Link>}><Leads records={later} object={object} refs={news.data.refs} owners={!me} /></Card> : null}
    </div>
  )
}

function Tile({ tone, page, label, to }: { tone: string; page: RecordPage; label: string; to: string }) {
  const value = page.count_capped ? '1000+' : String(page.count ?? 0)
  return (
    <Link to={to} className={`tile tile-${value === '0' ? 'ink' : tone}`} data-testid="home-tile">
      <strong>{value}</strong>
      <span>{label}</span>
    </Link>
  )
}

interface LeadsProps { records: RecordData[]; object: ObjectMeta; refs?: Refs; timed?: boolean; owners: boolean }

function Leads({ records, object, refs, timed, owners }: LeadsProps) {
  const { t } = useTranslation()
  const facts = ['name', 'budget', 'industry', 'source'].flatMap((n) => object.fields.filter((f) => f.name === n))
  const owner = owners ? object.fields.find((f) => f.name === 'owner') : undefined
  return (
    <ul className="home-list">
      {records.map((record) => (
        <li key={record.id}>
          <Link to={`/objects/lead/${record.id}`} className="home-line" data-testid="home-lead">
            <span className="home-name">{titleOf(record, object) ?? t('record.untitled')}</span>
            <span className="home-facts">
              {facts.filter((f) => !isBlank(record[f.name]) && String(record[f.name]) !== titleOf(record, object)).map((f) => <span key={f.name}><FieldShow field={f} value={record[f.name]} refs={refs} /></span>)}
            </span>
            {owner ? <span className="home-owner">{isBlank(record.owner) ? <span className="muted">{t('record.pool')}</span> : <FieldShow field={owner} value={record.owner} refs={refs} />}</span> : null}
            <span className="home-end">{timed ? <CountdownChip record={record} /> : <Age at={record.created_at} />}</span>
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
