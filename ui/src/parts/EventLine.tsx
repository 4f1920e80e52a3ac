import type { TFunction } from 'i18next'
import { useTranslation } from 'react-i18next'
import type { Change, LedgerEvent, ObjectMeta } from '../api/types'
import { titled } from '../i18n/titled'
import './event.css'

const quiet = new Set(['id', 'version', 'updated_at', 'updated_by', 'created_at', 'created_by', 'org_unit', 'deleted_at'])
const mostChanges = 6

export function actorName(event: LedgerEvent, t: TFunction): string {
  if (event.actor.kind === 'system') return event.actor.name || t('actor.system')
  const name = event.actor.name || event.actor.id || ''
  return event.actor.kind === 'person' ? name : t(`actor.${event.actor.kind}`, { name })
}

const changeTitle = (change: Change, object: ObjectMeta | undefined): string =>
  titled(object?.fields.find((f) => f.name === change.field)?.title) || titled(change.title, change.field)

const words = (text: string | null | undefined, value: unknown): string => {
  if (text) return text
  if (value === null || value === undefined || value === '') return '—'
  return typeof value === 'object' ? JSON.stringify(value) : String(value)
}

/** An event that gave a lead its owner, alone or as part of its coming in. */
export const assigns = (event: LedgerEvent): boolean =>
  event.op === 'assign' || (event.op === 'create' && event.object === 'lead' && Boolean(event.changes?.some((c) => c.field === 'owner' && c.to)))

const telling = (event: LedgerEvent, object: ObjectMeta | undefined): Change[] =>
  (event.changes ?? []).filter((c) => !quiet.has(c.field) && !(assigns(event) && c.field === 'owner') && Boolean(changeTitle(c, object)))

/** The headline of an event in business words. */
export function EventTitle({ event, object }: { event: LedgerEvent; object?: ObjectMeta }) {
  const { t } = useTranslation()
  const owner = event.changes?.find((c) => c.field === 'owner')
  const to = owner ? words(owner.to_text, owner.to) : ''
  const title = titled(object?.title)
  const way = event.data?.way
  if (event.op === 'assign') return <>{t(owner && to !== '—' ? 'event.assign' : 'event.toPool', { name: to })}</>
  if (event.op === 'transfer') return <>{t('event.transfer', { from: words(owner?.from_text, owner?.from), to })}</>
  if (event.op === 'contacted' && typeof way === 'string') return <>{t('event.contactedBy', { way: t(`way.${way}`, { defaultValue: way }) })}</>
  if (event.op === 'create' && assigns(event)) return <>{t('event.createAssigned', { object: title, name: to })}</>
  if (event.op === 'create' && event.object !== 'lead') return <>{t('event.created', { object: title })}</>
  return <>{t(`event.${event.op}`, { object: title, defaultValue: t('event.other') })}</>
}

/** What changed, from and to; a creation lists what came in. */
export function EventChanges({ event, object }: { event: LedgerEvent; object?: ObjectMeta }) {
  const { t } = useTranslation()
  const all = telling(event, object)
  if (all.length === 0) return null
  const created = event.op === 'create'
  return (
    <ul className="changes">
      {all.slice(0, mostChanges).map((c) => (
        <li key={c.field}>
          <span className="muted">{changeTitle(c, object)}</span>{' '}
          {created || words(c.from_text, c.from) === '—' ? null : <><s className="muted">{words(c.from_text, c.from)}</s> → </>}
          {words(c.to_text, c.to)}
        </li>
      ))}
      {all.length > mostChanges ? <li className="muted">{t('event.moreChanges', { count: all.length - mostChanges })}</li> : null}
    </ul>
  )
}
