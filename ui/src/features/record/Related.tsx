import { useQueries } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'
import { Link } from 'react-router'
import { fewQuery } from '../../api/records'
import { useMeta } from '../../api/session'
import type { Field, ObjectMeta, RecordData, RecordDetail, RecordPage } from '../../api/types'
import { FieldShow } from '../../fields'
import { isBlank } from '../../fields/kind'
import { titled } from '../../i18n/titled'
import { Card } from '../../parts/PageHead'
import { Failed, Loading } from '../../parts/States'
import { Age } from '../records/Cell'
import { titleOf } from '../records/views'

const shown = 4
/** Kept beside a record, but told by its timeline already. */
const told = new Set(['follow_up'])

/** What is made beside a record by hand; the rest comes of itself (touches, tasks). */
const grows = new Set(['contact', 'opportunity', 'quote', 'contract', 'receipt'])
/** Carried over when both have it: a quote starts at its opportunity's amount. */
const carried = new Set(['customer', 'lead', 'opportunity', 'amount', 'owner'])

/** The address of a new record that belongs to this one, with what the two have in common. */
function newFrom(from: ObjectMeta, field: Field, object: ObjectMeta, record: RecordData): string {
  const set = new URLSearchParams({ new: '1', [`set.${field.name}`]: record.id })
  for (const f of from.fields) {
    if (f.name === field.name || f.readonly || !carried.has(f.name) || isBlank(record[f.name])) continue
    if (f.name === 'owner' ? !from.rights.assign : from.name === 'receipt' && f.name === 'amount') continue
    if (object.fields.some((own) => own.name === f.name && own.type === f.type)) set.set(`set.${f.name}`, String(record[f.name]))
  }
  return `/objects/${from.name}?${set.toString()}`
}

interface Relation { from: ObjectMeta; field: Field }

/** The records that point to this one, kind by kind, newest first. */
export function Related({ object, detail }: { object: ObjectMeta; detail: RecordDetail }) {
  const { id } = detail.record
  const { t } = useTranslation()
  const meta = useMeta()
  const relations: Relation[] = meta.objects
    .filter((o) => !told.has(o.name))
    .flatMap((from) => from.fields.filter((f) => f.type === 'relation' && f.target === object.name).slice(0, 1).map((field) => ({ from, field })))
  const lists = useQueries({
    queries: relations.map(({ from, field }) => fewQuery(from.name, { filter: { field: field.name, op: 'eq', value: id }, sort: '-created_at', limit: shown })),
  })
  if (relations.length === 0) return null
  const grown = meta.conversions.some((c) => c.object === object.name) // what grows from it is made by its conversion
  const makes = grown ? [] : relations.filter(({ from, field }) => from.rights.create && !field.readonly && grows.has(from.name))
  const failed = lists.find((q) => q.isError && !q.data)
  const found = relations.flatMap((relation, i) => (lists[i]?.data?.records.length ? [{ ...relation, page: lists[i].data as RecordPage }] : []))
  return (
    <Card title={t('related.title')} testid="related">
      {failed ? <Failed error={failed.error} retry={() => lists.forEach((q) => void q.refetch())} />
        : lists.some((q) => q.isPending) ? <Loading rows={2} />
        : found.length === 0 ? <p className="muted related-none">{t('related.none')}</p>
        : found.map(({ from, field, page }) => (
          <section key={from.name} className="related">
            <h3>
              {titled(field.other_title ?? from.title, from.name)}
              {(page.count ?? 0) > shown ? <Link to={`/objects/${from.name}?view=all&filter=${encodeURIComponent(JSON.stringify([{ field: field.name, op: 'eq', value: id }]))}`}>{t('related.all', { count: page.count })}</Link> : null}
            </h3>
            <ul>{page.records.map((record) => <Line key={record.id} record={record} object={from} refs={page.refs} />)}</ul>
          </section>
        ))}
      {makes.length > 0 ? (
        <nav className="related-new" aria-label={t('convert.related.title')}>
          {makes.map(({ from, field }) => <Link key={from.name} to={newFrom(from, field, object, detail.record)}>{t('convert.related.new', { object: titled(from.title, from.name) })}</Link>)}
        </nav>
      ) : null}
    </Card>
  )
}

function Line({ record, object, refs }: { record: RecordData; object: ObjectMeta; refs: RecordPage['refs'] }) {
  const known = object.fields.filter((f) => !isBlank(record[f.name]))
  const facts = [...known.filter((f) => ['stage', 'status'].includes(f.name)).slice(0, 1), ...known.filter((f) => f.type === 'money' && !f.readonly).slice(0, 1)]
  const sums = known.filter((f) => f.type === 'money' && f.readonly).slice(-1) // what is added up says what it is
  return (
    <li>
      <Link to={`/objects/${object.name}/${record.id}`}>{titleOf(record, object) ?? titled(object.title, object.name)}</Link>
      <span className="related-facts">{facts.map((f) => <span key={f.name}><FieldShow field={f} value={record[f.name]} refs={refs} /></span>)}{sums.map((f) => <span key={f.name}>{titled(f.title, f.name)} <FieldShow field={f} value={record[f.name]} refs={refs} /></span>)}<Age at={record.created_at} /></span>
    </li>
  )
}
