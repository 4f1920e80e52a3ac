import { Button } from 'antd'
import { useTranslation } from 'react-i18next'
import { Link } from 'react-router'
import type { OverdueLine } from '../../api/overdue'
import { Chip } from '../../parts/Chip'
import { useCoarseNow } from '../../parts/clock'
import { exactInstant, instant, span } from '../../parts/format'

interface Props { lines: OverdueLine[]; onTalk: (line: OverdueLine) => void }

/** How late: what still waits grows with the clock. */
function Delay({ line }: { line: OverdueLine }) {
  const { t } = useTranslation()
  const now = useCoarseNow()
  const ms = line.ended_at ? line.delay_ms : Math.max(line.delay_ms, now - new Date(line.due_at).getTime())
  return (
    <span className="overdue-delay">
      <strong className={line.ended_at ? 'num' : 'num bad'}>{span(ms)}</strong>
      {line.rank > 0 ? <Chip tone="red" testid="overdue-rank">{t('overdue.rank', { n: line.rank })}</Chip> : null}
    </span>
  )
}

function Stuck({ line }: { line: OverdueLine }) {
  const { t } = useTranslation()
  return <Chip tone={line.ended_at ? 'neutral' : 'amber'} title={t(`overdue.stuckHelp.${line.stuck}`)} testid="overdue-stuck">{t(`overdue.stuck.${line.stuck}`)}</Chip>
}

function TalkCell({ line, onTalk }: { line: OverdueLine; onTalk: Props['onTalk'] }) {
  const { t } = useTranslation()
  const now = useCoarseNow()
  if (line.talk) {
    const { note, due_at, status, by } = line.talk
    return <span className="overdue-talk" title={note}><span>{t(status === 'done' ? 'overdue.talked' : 'overdue.talkAt', { by, at: instant(due_at, now) })}</span><span className="muted small">{note}</span></span>
  }
  return line.may_talk ? <Button size="small" aria-label={t('overdue.talkOf', { name: line.person_name, title: line.title })} onClick={() => onTalk(line)}>{t('overdue.talk')}</Button> : <span className="muted">—</span>
}

const Ended = ({ line }: { line: OverdueLine }) => {
  const { t } = useTranslation()
  const now = useCoarseNow()
  return line.ended_at ? <span className="num" title={exactInstant(line.ended_at)}>{instant(line.ended_at, now)}</span> : <span className="bad">{t('overdue.waiting')}</span>
}

export function OverdueTable({ lines, onTalk }: Props) {
  const { t } = useTranslation()
  const now = useCoarseNow()
  return (
    <div className="table-wrap">
      <table className="plain-table overdue-table">
        <thead><tr>{['delay', 'lead', 'person', 'kind', 'due', 'ended', 'stuckAt', 'talk'].map((k) => <th key={k}>{t(`overdue.col.${k}`)}</th>)}</tr></thead>
        <tbody>
          {lines.map((l) => (
            <tr key={l.id} data-testid="overdue-row" data-id={l.id} data-record={l.record_id} className={l.rank > 0 ? 'is-top' : ''}>
              <td><Delay line={l} /></td>
              <td className="overdue-title"><Link to={`/objects/lead/${l.record_id}`}>{l.title}</Link></td>
              <td>{l.person_name || '—'}</td>
              <td>{t(`overdue.kind.${l.kind}`)}</td>
              <td className="num-left" title={exactInstant(l.due_at)}>{instant(l.due_at, now)}</td>
              <td><Ended line={l} /></td>
              <td><Stuck line={l} /></td>
              <td><TalkCell line={l} onTalk={onTalk} /></td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  )
}

export function OverdueCards({ lines, onTalk }: Props) {
  const { t } = useTranslation()
  const now = useCoarseNow()
  return (
    <ul className="overdue-cards">
      {lines.map((l) => (
        <li key={l.id} data-testid="overdue-row" data-id={l.id} data-record={l.record_id} className={l.rank > 0 ? 'is-top' : ''}>
          <div className="overdue-card-head"><Link to={`/objects/lead/${l.record_id}`}>{l.title}</Link><Delay line={l} /></div>
          <p className="small muted">{[l.person_name, t(`overdue.kind.${l.kind}`), t('overdue.dueAt', { at: instant(l.due_at, now) })].filter(Boolean).join(' · ')}</p>
          <div className="overdue-card-foot"><span className="row"><Stuck line={l} /> <span className="small"><Ended line={l} /></span></span><TalkCell line={l} onTalk={onTalk} /></div>
        </li>
      ))}
    </ul>
  )
}
