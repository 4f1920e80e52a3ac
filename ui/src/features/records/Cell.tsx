import { useTranslation } from 'react-i18next'
import { Link } from 'react-router'
import { useMeta } from '../../api/session'
import type { ObjectMeta, RecordData, Refs } from '../../api/types'
import { FieldShow } from '../../fields'
import { plainText } from '../../fields/rich_text'
import { isBlank } from '../../fields/kind'
import { money, moneyExact } from '../../parts/format'
import { useCoarseNow } from '../../parts/clock'
import { TagChip } from '../../parts/Chip'
import { CountdownChip } from '../../parts/Countdown'
import { ago, exactInstant } from '../../parts/format'
import { inOrder, tagColor } from '../../parts/tagOrder'
import { WhyMark } from '../../parts/Why'
import type { Column } from './columns'
import { titleOf } from './views'
import './cell.css'

/** Tags as small quiet chips. */
export function Tags({ tags }: { tags: RecordData['tags'] }) {
  const meta = useMeta()
  const entries = inOrder(tags, meta).filter(([, v]) => !isBlank(v))
  if (entries.length === 0) return <span className="muted">—</span>
  return (
    <span className="row tight tags">
      {entries.map(([name, value]) => {
        const color = tagColor(meta.tag_dimensions.find((d) => d.name === name), value)
        return <TagChip key={name} color={color}>{value}</TagChip>
      })}
    </span>
  )
}

export function OwnerCell({ record, object, refs }: { record: RecordData; object: ObjectMeta; refs?: Refs }) {
  const { t } = useTranslation()
  const field = object.fields.find((f) => f.name === 'owner')
  const name = isBlank(record.owner) ? t('record.pool') : refs?.person?.[String(record.owner)]
  return (
    <span className="owner-cell">
      {isBlank(record.owner) ? <span className="muted">{t('record.pool')}</span> : field ? <FieldShow field={field} value={record.owner} refs={refs} /> : null}
      {object.name === 'lead' ? <WhyMark object={object.name} id={record.id} subject="owner" name={name} /> : null}
    </span>
  )
}

export function Age({ at }: { at: unknown }) {
  const now = useCoarseNow()
  if (isBlank(at)) return <span className="muted">—</span>
  return <time className="muted" dateTime={String(at)} title={exactInstant(String(at))}>{ago(String(at), now)}</time>
}

export function Cell({ column, record, object, refs }: { column: Column; record: RecordData; object: ObjectMeta; refs?: Refs }) {
  const { t } = useTranslation()
  switch (column.kind) {
    case 'title':
      return <Link className="cell-title" to={`/objects/${object.name}/${record.id}`} tabIndex={-1} onClick={(e) => e.stopPropagation()}>{titleOf(record, object) ?? t('record.untitled')}</Link>
    case 'tags':
      return <Tags tags={record.tags} />
    case 'countdown':
      return <CountdownChip record={record} />
    case 'age':
      return <Age at={record.created_at} />
    case 'field': {
      const { field } = column
      const value = record[field.name]
      if (field.name === 'owner') return <OwnerCell record={record} object={object} refs={refs} />
      const hint = record.hints?.[field.name]
      if (hint && isBlank(value)) return <span className="hint-raw" title={hint.message}>{hint.raw || '—'}</span>
      if (field.type === 'money') return <span className="num" title={isBlank(value) ? undefined : moneyExact(value)}>{money(value, false)}</span>
      if (field.type === 'rich_text') return <>{plainText(value) || '—'}</>
      return <FieldShow field={field} value={value} refs={refs} />
    }
  }
}
