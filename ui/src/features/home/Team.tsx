import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { Link } from 'react-router'
import { useOverdue, type OverdueLine } from '../../api/overdue'
import { Avatar } from '../../parts/Avatar'
import { span } from '../../parts/format'
import { Card } from '../../parts/PageHead'
import { Empty, Failed, Loading } from '../../parts/States'
import { OverdueCards } from '../overdue/Lines'
import { TalkModal } from '../overdue/TalkModal'
import '../overdue/overdue.css'

const shown = 6
const ask = { days: 30, open: true, limit: 50 }

/** What the team let run out and still owes, the longest first, each with the talk to have about it. */
export function TeamOverdue({ phone }: { phone: boolean }) {
  const { t } = useTranslation()
  const list = useOverdue('lead', ask)
  const [talking, setTalking] = useState<OverdueLine | null>(null)
  const lines = list.data?.lines.slice(0, shown) ?? []
  const body = list.isPending ? <Loading rows={5} />
    : list.isError && !list.data ? <Failed error={list.error} retry={() => void list.refetch()} />
    : lines.length === 0 ? (phone ? <Empty title={t('today.none.team.title')} text={t('today.none.team.text')} /> : <p className="today-none"><strong>{t('today.none.team.title')}</strong> <span className="muted">{t('today.none.team.text')}</span></p>)
    : <OverdueCards lines={lines} onTalk={setTalking} />
  const total = list.data?.total ?? 0
  const more = total > lines.length ? <Link to="/overdue?open=1" className="today-more">{t('today.all', { count: total })}</Link> : null
  return (
    <>
      {phone ? <>{body}{more}</> : <Card title={<>{t('today.section.team')} <span className="muted num today-count">{total}</span></>} extra={more} testid="today-team">{body}</Card>}
      {talking ? <TalkModal object="lead" line={talking} onClose={() => setTalking(null)} /> : null}
    </>
  )
}

/** Who is behind: how much each still owes and for how long at most. */
export function Behind({ phone }: { phone: boolean }) {
  const { t } = useTranslation()
  const list = useOverdue('lead', ask)
  const people = (list.data?.people ?? []).filter((p) => p.open > 0).sort((a, b) => b.open - a.open || b.longest_ms - a.longest_ms)
  const most = Math.max(1, ...people.map((p) => p.open))
  const body = list.isPending ? <Loading rows={4} />
    : list.isError && !list.data ? <Failed error={list.error} retry={() => void list.refetch()} />
    : people.length === 0 ? (phone ? <Empty title={t('today.none.behind.title')} text={t('today.none.behind.text')} /> : <p className="today-none"><strong>{t('today.none.behind.title')}</strong> <span className="muted">{t('today.none.behind.text')}</span></p>)
    : (
      <ul className="behind">
        {people.map((p) => (
          <li key={p.person} data-testid="behind">
            <Link to={`/overdue?open=1&person=${encodeURIComponent(p.person)}`}>
              <Avatar name={p.name || '—'} size={28} />
              <span className="behind-name">{p.name || '—'}</span>
              <span className="behind-bar" aria-hidden><span style={{ width: `${(p.open / most) * 100}%` }} /></span>
              <span className="behind-facts num"><strong>{t('today.behindOpen', { count: p.open })}</strong> <span className="muted small">{t('today.behindLongest', { span: span(p.longest_ms) })}</span></span>
            </Link>
          </li>
        ))}
      </ul>
    )
  return phone ? body : <Card title={t('today.section.behind')} testid="today-behind">{body}</Card>
}
