import { useState, type ReactNode } from 'react'
import { useTranslation } from 'react-i18next'
import { useNavigate, useSearchParams } from 'react-router'
import { useInbox, useMarkRead } from '../../api/inbox'
import { useSession } from '../../api/session'
import { useAct, useTask, useToday, useVisit, type SectionKey, type Today } from '../../api/today'
import { useCoarseNow } from '../../parts/clock'
import { weekday } from '../../parts/format'
import { Card, PageHead } from '../../parts/PageHead'
import { Empty, Failed, Loading } from '../../parts/States'
import { usePhone } from '../../parts/usePhone'
import { InboxLine } from '../inbox/InboxLine'
import { useClaim } from '../pool/useClaim'
import { TransferModal } from '../record/TransferModal'
import { useRowKeys } from '../records/useRowKeys'
import { LineSheet, useToast, type Chosen } from './LineSheet'
import { counted, EmptyWay, mergedOf, SectionCard, without, type Merged } from './Sections'
import { Behind, TeamOverdue } from './Team'
import { Tiles } from './Tiles'
import { targetOf, type LineActs } from './TodayLine'
import './home.css'

/** What this person does today: what runs out, what was agreed, what is new, what is to be done; for who leads, where the team stands. */
export default function HomePage() {
  const { t } = useTranslation()
  const { user } = useSession()
  const now = useCoarseNow()
  const phone = usePhone()
  const today = useToday()
  useVisit()
  return (
    <div className="page home">
      <PageHead title={t('home.title')} extra={<span>{weekday(now)}{phone ? null : ` · ${t('home.hello', { name: user.name })}`}</span>} />
      {today.isPending ? <Loading rows={10} />
        : today.isError && !today.data ? <Failed error={today.error} retry={() => void today.refetch()} />
        : <Day today={today.data} phone={phone} />}
    </div>
  )
}

/** How many a section of the desk's page shows that is not its first matter. */
const few = { todo: 8, pool: 6 } as Partial<Record<SectionKey, number>>
const rep: SectionKey[] = ['first', 'calls', 'new', 'todo', 'pool']
const lead: SectionKey[] = ['pool', 'first', 'calls', 'todo']

function Day({ today, phone }: { today: Today; phone: boolean }) {
  const { t } = useTranslation()
  const navigate = useNavigate()
  const toast = useToast()
  const act = useAct()
  const task = useTask()
  const { busy, claim } = useClaim('lead')
  const [chosen, setChosen] = useState<Chosen | null>(null)
  const [handing, setHanding] = useState<string | null>(null)
  const [params, setParams] = useSearchParams()
  const [cursor, setCursor] = useState(-1)
  // Who leads has seldom leads of their own: a section of those stands only where there are any.
  const merged = (today.team ? lead : rep).map((key) => mergedOf(today, key)).filter((m): m is Merged => m !== null && !(today.team && (m.key === 'first' || m.key === 'calls') && m.count === 0))
  const tabs = [...(today.team ? ['team', 'behind'] : []), ...merged.map((m) => m.key)]
  const tab = tabs.find((k) => k === params.get('tab')) ?? tabs[0] ?? ''
  // At a desk all sections stand under one another: what is new and runs is shown once, where it runs.
  const seen = phone ? merged.filter((m) => m.key === tab) : merged.map((m) => (m.key === 'new' ? without(m, mergedOf(today, 'first')) : m)).filter((m) => m !== null)
  const flat = seen.flatMap((m) => m.lines.slice(0, phone ? undefined : few[m.key]).map((l) => ({ ...l, section: m.key })))
  const at = flat[cursor]
  const acts: LineActs = {
    busy, claim, assign: setHanding,
    sheet: (kind, object, line, title) => setChosen({ kind, object, line, title }),
    called: (object, line) => { if (line.rights.open) act.mutate({ object, id: line.record.id, action: 'open' }, { onError: (error) => toast(error) }) },
    finish: ({ id }, title) => task.mutate({ id, changes: { status: 'done' } }, {
      onSuccess: () => toast(t('today.finished', { title }), () => task.mutateAsync({ id, changes: { status: 'open' } })),
      onError: (error) => toast(error),
    }),
  }
  useRowKeys({
    count: flat.length, cursor, move: setCursor,
    select: (n) => { const l = flat[n]; if (l?.line.rights.contacted && l.object !== 'task') acts.sheet('contacted', l.object, l.line, String(l.line.record.company ?? l.line.record.name ?? '')) },
    open: (n) => { const l = flat[n]; const to = l ? targetOf(l.object, l.line.record) : null; if (to) void navigate(to) },
  })
  const card = (m: Merged): ReactNode => (
    <SectionCard key={m.key} merged={m} today={today} phone={phone} shown={phone ? undefined : few[m.key]} acts={acts} here={at ? `${at.section}/${at.line.record.id}` : ''} onEmpty={(key) => <EmptyWay today={today} section={key} />} />
  )
  if (!today.leads && merged.every((m) => m.count === 0)) return <div className="home-grid is-single"><Latest /></div>
  const count = (key: string): string => { const m = merged.find((x) => x.key === key); return m && m.count > 0 ? counted(m.count, m.capped) : '' }
  const right: SectionKey[] = today.team ? ['todo'] : ['todo', 'pool']
  return (
    <>
      {phone ? (
        <>
          <Tiles today={today} />
          <div className="today-tabs" role="tablist" aria-label={t('home.title')}>
            {tabs.map((key) => (
              <button key={key} type="button" role="tab" aria-selected={key === tab} className="today-tab" data-testid={`tab-${key}`} onClick={() => setParams(key === tabs[0] ? {} : { tab: key }, { replace: true })}>
                {t(`today.tab.${key === 'pool' && today.team ? 'unassigned' : key}`)} <span className="num">{count(key)}</span>
              </button>
            ))}
          </div>
          <div role="tabpanel">
            {tab === 'team' ? <TeamOverdue phone /> : tab === 'behind' ? <Behind phone /> : seen.map(card)}
          </div>
        </>
      ) : (
        <div className="home-grid">
          <div className="home-work">
            <Tiles today={today} />
            {today.team ? <TeamOverdue phone={false} /> : null}
            {seen.filter((m) => !right.includes(m.key)).map(card)}
            <p className="muted small today-keys">{t('today.keys')}</p>
          </div>
          <div className="home-side">
            {today.team ? <Behind phone={false} /> : null}
            {seen.filter((m) => right.includes(m.key)).map(card)}
            <Latest />
          </div>
        </div>
      )}
      {chosen ? <LineSheet chosen={chosen} quick={today.quick_notes?.[chosen.object] ?? []} onClose={() => setChosen(null)} /> : null}
      {handing ? <TransferModal object="lead" ids={[handing]} refs={today.refs} onClose={() => setHanding(null)} /> : null}
    </>
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
