import { useTranslation } from 'react-i18next'
import { Link } from 'react-router'
import { useAlike, type Alike } from '../../api/duplicates'
import type { ObjectMeta } from '../../api/types'
import { isBlank } from '../../fields/kind'
import { useSettled } from '../../parts/useSettled'
import { Reasons } from './Reasons'
import './duplicates.css'

const looked: Record<string, string[]> = { lead: ['company', 'name', 'phone', 'email', 'credit_code', 'region'], customer: ['name', 'phone', 'credit_code', 'region'] }

/** While a record is entered: what stands already, and who holds it as far as one may know. */
export function EntryWarning({ object, values }: { object: ObjectMeta; values: Record<string, unknown> }) {
  const { t } = useTranslation()
  const fields = looked[object.name] ?? []
  const text = JSON.stringify(Object.fromEntries(fields.filter((f) => !isBlank(values[f])).map((f) => [f, values[f]])))
  const asked = JSON.parse(useSettled(text)) as Record<string, unknown>
  const alike = useAlike(object.name, asked, fields.length > 0 && Object.keys(asked).length > 0)
  const matches = Object.keys(asked).length > 0 ? alike.data?.matches ?? [] : []
  if (alike.isError) return <p role="status" className="dup-entry muted small">{t('duplicates.lookFailed')}</p>
  if (matches.length === 0) return null
  return (
    <div role="status" className="dup-entry" data-testid="entry-warning">
      <strong>{t(matches.some((m) => m.sure) ? 'duplicates.entrySure' : 'duplicates.entryMaybe')}</strong>
      <ul className="dup-entry-list">{matches.map((m, i) => <Match key={m.id ?? i} match={m} object={object} />)}</ul>
    </div>
  )
}

function Match({ match, object }: { match: Alike; object: ObjectMeta }) {
  const { t } = useTranslation()
  const holder = match.owner ? t('duplicates.heldBy', { name: match.owner }) : t('duplicates.heldByNobody')
  if (!match.seen) return <li>{t('duplicates.unseen')} · {holder}</li>
  return (
    <li>
      <Link to={`/objects/${object.name}/${match.id ?? ''}`}>{match.title || t('record.untitled')}</Link> <span className="muted">· {holder}</span>
      {match.exact && object.name === 'lead' ? <span className="muted"> · {t('duplicates.willMerge')}</span> : null}
      <Reasons reasons={match.reasons} />
    </li>
  )
}
