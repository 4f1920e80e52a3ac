import { useEffect, useRef } from 'react'
import { useTranslation } from 'react-i18next'
import { Link } from 'react-router'
import type { ObjectMeta, RecordData, Refs } from '../../api/types'
import { FieldShow } from '../../fields'
import { isBlank } from '../../fields/kind'
import { CountdownChip } from '../../parts/Countdown'
import { Age, OwnerCell, Tags } from './Cell'
import type { Column } from './columns'
import { titleOf } from './views'
import './cards.css'

interface Props { object: ObjectMeta; columns: Column[]; records: RecordData[]; refs?: Refs; onNearEnd: () => void }

/** The list at hand size: one card per record, the countdown at the top right. */
export function RecordCards({ object, columns, records, refs, onNearEnd }: Props) {
  const { t } = useTranslation()
  const end = useRef<HTMLDivElement>(null)
  useEffect(() => {
    const element = end.current
    if (!element || typeof IntersectionObserver === 'undefined') return
    const observer = new IntersectionObserver((seen) => { if (seen.some((e) => e.isIntersecting)) onNearEnd() }, { rootMargin: '600px' })
    observer.observe(element)
    return () => observer.disconnect()
  }, [onNearEnd, records.length])
  const facts = columns.filter((c) => c.kind === 'field' && c.field.name !== 'owner').slice(0, 4)
  return (
    <div className="record-cards">
      {records.map((record) => (
        <article key={record.id} className="record-card" data-testid={`${object.name}-row`} data-id={record.id}>
          <div className="record-card-head">
            <Link to={`/objects/${object.name}/${record.id}`} className="record-card-title">{titleOf(record, object) ?? t('record.untitled')}</Link>
            {object.name === 'lead' ? <CountdownChip record={record} /> : <Age at={record.created_at} />}
          </div>
          <div className="record-card-facts">
            {facts.map((c) => (c.kind === 'field' && !isBlank(record[c.field.name]) ? <span key={c.field.name}><FieldShow field={c.field} value={record[c.field.name]} refs={refs} /></span> : null))}
          </div>
          <div className="record-card-foot">
            {object.name === 'lead' ? <Tags tags={record.tags} /> : null}
            <span className="record-card-owner"><OwnerCell record={record} object={object} refs={refs} /></span>
          </div>
        </article>
      ))}
      <div ref={end} />
    </div>
  )
}
