import type { TFunction } from 'i18next'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { Change, LedgerEvent, ObjectMeta, Refs } from '../api/types'
import { spaced } from '../fields/phone'
import { titled } from '../i18n/titled'
import './event.css'

const quiet = new Set(['id', 'version', 'updated_at', 'updated_by', 'created_at', 'created_by', 'org_unit', 'deleted_at'])
/** What a headline says already or what follows from it: left out of the timeline, kept in the trail. */
const derived = new Set(['due_at', 'assigned_at', 'first_opened_at', 'contacted_at', 'decided_at', 'touches', 'channel', 'pool_reason', 'pool_since'])
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

const telling = (event: LedgerEvent, object: ObjectMeta | undefined, brief: boolean): Change[] =>
  (event.changes ?? []).filter((c) => !quiet.has(c.field) && !(brief && derived.has(c.field)) && !(assigns(event) && c.field === 'owner') && Boolean(changeTitle(c, object)))

/** A changed value in words: what it refers to by name, a phone number in its groups. */
function valueOf(change: Change, side: 'from' | 'to', object: ObjectMeta | undefined, refs: Refs | undefined, pool: string): string {
  const value = change[side]
  if (change.field === 'owner' && object?.pool && !value) return pool
  const field = object?.fields.find((f) => f.name === change.field)
  const named = field?.target && typeof value === 'string' ? refs?.[field.target]?.[value] : undefined
  const text = named ?? words(change[`${side}_text`], value)
  return field?.type === 'phone' ? spaced(text) : text
}

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
export function EventChanges({ event, object, refs, brief = false }: { event: LedgerEvent; object?: ObjectMeta; refs?: Refs; brief?: boolean }) {
  const { t } = useTranslation()
  const [open, setOpen] = useState(false)
  const all = telling(event, object, brief)
  if (all.length === 0) return null
  const created = event.op === 'create'
  return (
    <ul className="changes">
      {all.slice(0, open ? undefined : mostChanges).map((c) => {
        const before = valueOf(c, 'from', object, refs, t('record.pool'))
        return (
          <li key={c.field}>
            <span className="muted">{changeTitle(c, object)}</span>{' '}
            {created || before === '—' ? null : <><s className="muted">{before}</s> → </>}
            {valueOf(c, 'to', object, refs, t('record.pool'))}
          </li>
        )
      })}
      {all.length > mostChanges && !open ? <li><button type="button" className="link" onClick={() => setOpen(true)}>{t('event.moreChanges', { count: all.length - mostChanges })}</button></li> : null}
    </ul>
  )
}
