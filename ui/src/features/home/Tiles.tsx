import { useTranslation } from 'react-i18next'
import { Link } from 'react-router'
import type { Today } from '../../api/today'
import { usePool } from '../../api/pool'
import { counted, listOf, mergedOf } from './Sections'

interface TileProps { tone: string; value: string; label: string; to: string; more?: string }

function Tile({ tone, value, label, to, more }: TileProps) {
  return (
    <Link to={to} className={`tile tile-${value === '0' ? 'ink' : tone}`} data-testid="home-tile">
      <strong>{value}</strong>
      <span>{label}</span>
      {more ? <span className="tile-more">{more}</span> : null}
    </Link>
  )
}

/** The figures of the day; each opens the list it counts. */
export function Tiles({ today }: { today: Today }) {
  const { t } = useTranslation()
  const count = (mine: 'overdue' | 'today') => today.counts.find((c) => c.key === (today.team ? `team_${mine}` : mine))
  const overdue = count('overdue')
  const due = count('today')
  const fresh = mergedOf(today, 'new')
  return (
    <div className="home-tiles">
      {overdue ? <Tile tone="red" value={counted(overdue.count, overdue.capped)} label={t('home.overdue')} to="/objects/lead?view=overdue" /> : null}
      {due ? <Tile tone="amber" value={counted(due.count, due.capped)} label={t('home.today')} to="/objects/lead?view=today" /> : null}
      {today.team ? <Unassigned today={today} /> : fresh ? <Tile tone="brand" value={counted(fresh.count, fresh.capped)} label={t('today.section.new')} to={fresh.sections[0] ? listOf(fresh.sections[0]) : '/objects/lead'} /> : null}
    </div>
  )
}

function Unassigned({ today }: { today: Today }) {
  const { t } = useTranslation()
  const merged = mergedOf(today, 'pool')
  const pool = usePool('lead')
  const all = pool.data?.regions.find((r) => r.id === 'all')
  const late = all && all.waiting > 0 ? t(pool.data?.hours === null ? 'today.lateBySegment' : 'today.lateInPool', { count: counted(all.waiting, all.waiting_capped), hours: pool.data?.hours }) : undefined
  return merged ? <Tile tone={late ? 'red' : 'ink'} value={counted(merged.count, merged.capped)} label={t('today.section.unassigned')} to={late ? '/pool?late=1' : '/pool'} more={late} /> : null
}
