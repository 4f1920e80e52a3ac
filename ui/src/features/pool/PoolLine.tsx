import { Button, Checkbox } from 'antd'
import { useTranslation } from 'react-i18next'
import { Link } from 'react-router'
import type { ObjectMeta, RecordData, Refs } from '../../api/types'
import { FieldShow } from '../../fields'
import { isBlank } from '../../fields/kind'
import { useCoarseNow } from '../../parts/clock'
import { exactInstant, span } from '../../parts/format'
import { WhyMark } from '../../parts/Why'
import { Tags } from '../records/Cell'
import { titleOf } from '../records/views'

interface Props {
  object: ObjectMeta
  record: RecordData
  refs?: Refs
  /** Past its hours, as the list says; else by the hours of all, where they are the same for all. */
  late: boolean
  hours: number | null
  claims: boolean
  selects: boolean
  selected: boolean
  here: boolean
  busy: boolean
  onSelect: () => void
  onClaim: () => void
}

/** One record of the pool: what it is, how long it has waited and why, and the one thing to do. */
export function PoolLine({ object, record, refs, late: listedLate, hours, claims, selects, selected, here, busy, onSelect, onClaim }: Props) {
  const { t } = useTranslation()
  const now = useCoarseNow()
  const since = String(record.pool_since ?? record.created_at ?? '')
  const waited = now - new Date(since).getTime()
  const late = listedLate || (hours !== null && waited >= hours * 3_600_000)
  const name = titleOf(record, object) ?? t('record.untitled')
  const facts = ['region', 'budget', 'name'].map((n) => object.fields.find((f) => f.name === n)).filter((f) => f && !isBlank(record[f.name]))
  return (
    <li className={here ? 'is-here' : ''} data-testid="pool-row" data-id={record.id}>
      {selects ? <Checkbox checked={selected} aria-label={t('list.selectOne', { name })} onChange={onSelect} /> : null}
      <div className="pool-main">
        <div className="pool-head">
          <Link to={`/objects/${object.name}/${record.id}`}>{name}</Link>
          <Tags tags={record.tags} />
        </div>
        <p className="muted small pool-facts">{facts.map((f) => (f ? <span key={f.name}><FieldShow field={f} value={record[f.name]} refs={refs} /></span> : null))}</p>
        <p className="small pool-why">
          <span>{isBlank(record.pool_reason) ? t('pool.noReason') : String(record.pool_reason)}</span>
          <WhyMark object={object.name} id={record.id} subject="owner" name={name} />
        </p>
      </div>
      <div className="pool-side">
        <span className={`small num ${late ? 'pool-late' : 'muted'}`} title={exactInstant(since)}>{t(late ? 'pool.waitedLate' : 'pool.waited', { span: span(waited) })}</span>
        {claims ? <Button type="primary" loading={busy} aria-label={t('pool.claimOf', { name })} onClick={onClaim}>{t('record.claim')}</Button> : null}
      </div>
    </li>
  )
}
