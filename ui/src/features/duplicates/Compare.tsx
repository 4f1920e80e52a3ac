import { App, Button } from 'antd'
import { useEffect, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { Link } from 'react-router'
import { useDecide, useMerge, useUnmerge, type Pair } from '../../api/duplicates'
import type { Field, ObjectMeta, RecordData, Refs } from '../../api/types'
import { FieldShow } from '../../fields'
import { isBlank } from '../../fields/kind'
import { spaced } from '../../fields/phone'
import { titled } from '../../i18n/titled'
import { ago, exactInstant } from '../../parts/format'
import { useCoarseNow } from '../../parts/clock'
import { problemText } from '../../parts/problem'
import { titleOf } from '../records/views'
import { linesOf, sideOf, takenOf, type Line, type Side } from './choice'
import { Reasons } from './Reasons'
import { leftText } from './left'

interface Props { object: ObjectMeta; pair: Pair; refs: Refs; choosable: string[]; onDone: () => void; onBack?: () => void }

const sides: Side[] = ['a', 'b']
const busy = (target: EventTarget | null): boolean => target instanceof HTMLElement && (target.isContentEditable || Boolean(target.closest('textarea, select, [role="dialog"], [role="combobox"], input:not([type="radio"]):not([type="checkbox"])')))

/** Two records side by side: which one stays, which value of each field stays, and what becomes of them. */
export function Compare({ object, pair, refs, choosable, onDone, onBack }: Props) {
  const { t } = useTranslation()
  const { message } = App.useApp()
  const [stays, setStays] = useState<Side>('a')
  const [picked, setPicked] = useState<Record<string, Side>>({})
  const [all, setAll] = useState(false)
  const merge = useMerge(object.name)
  const unmerge = useUnmerge(object.name)
  const decide = useDecide(object.name)
  const lines = linesOf(object, pair.a, pair.b, choosable)
  const shown = lines.filter((l) => all || !l.same)
  const title = titled(object.title)
  const name = (side: Side): string => titleOf(pair[side], object) ?? t('record.untitled')
  const failed = (error: unknown): void => void message.error(problemText(error))
  const told = (key: string, text: string, undo: () => void): void =>
    void message.open({ key, type: 'success', duration: 10, content: <>{text} <button type="button" className="link" onClick={undo}>{t('duplicates.undo')}</button></> })
  const open = pair.state === 'open'
  const working = merge.isPending || decide.isPending

  const doMerge = (): void => {
    if (working || !pair.may || !open) return
    const goes: Side = stays === 'a' ? 'b' : 'a'
    // By promise: the pair goes from the page, and this part with it, before the way back is taken.
    merge.mutateAsync({ id: pair[stays].id, other: pair[goes].id, take: takenOf(lines, stays, picked), version: pair[stays].version, other_version: pair[goes].version }).then((done) => {
      told(done.merge.id, t('duplicates.merged', { name: name(stays) }), () => {
        unmerge.mutateAsync(done.merge.id).then((back) => {
          message.destroy(done.merge.id)
          void message.success(back.left.length > 0 ? t('duplicates.unmergedBut', { left: leftText(back.left, t) }) : t('duplicates.unmerged'), 8)
        }, failed)
      })
      onDone()
    }, failed)
  }
  const doDismiss = (): void => {
    if (working || !pair.may) return
    decide.mutateAsync({ id: pair.id, dismiss: open }).then(() => {
      if (open) told(pair.id, t('duplicates.dismissed'), () => { decide.mutateAsync({ id: pair.id, dismiss: false }).then(() => message.destroy(pair.id), failed) })
      else void message.success(t('duplicates.reopened'))
      onDone()
    }, failed)
  }
  useEffect(() => {
    const onKey = (event: KeyboardEvent): void => {
      if (event.ctrlKey || event.metaKey || event.altKey || event.repeat || busy(event.target)) return
      if (event.key === '1') setStays('a')
      else if (event.key === '2') setStays('b')
      else if (event.key === 'm') doMerge()
      else if (event.key === 'n') doDismiss()
      else return
      event.preventDefault()
    }
    window.addEventListener('keydown', onKey)
    return () => window.removeEventListener('keydown', onKey)
  })

  return (
    <section className="card dup-compare" data-testid="compare" aria-label={t('duplicates.compare')}>
      {onBack ? <button type="button" className="link dup-back" onClick={onBack}>← {t('duplicates.back')}</button> : null}
      <div className="dup-why"><strong className="num">{t('duplicates.score', { score: pair.score })}</strong><Reasons reasons={pair.reasons} /></div>
      <div className="dup-sides" role={open && pair.may ? 'radiogroup' : undefined} aria-label={t('duplicates.which')}>
        {sides.map((side) => <Head key={side} side={side} record={pair[side]} name={name(side)} object={object} refs={refs} stays={stays === side} choose={open && pair.may ? () => setStays(side) : undefined} />)}
      </div>
      <div className="dup-lines">
        {shown.map((line) => <Row key={line.field.name} line={line} pair={pair} refs={refs} at={sideOf(line, stays, picked)} choose={open && pair.may ? (side) => setPicked((old) => ({ ...old, [line.field.name]: side })) : undefined} />)}
        {shown.length === 0 ? <p className="muted">{t('duplicates.allSame')}</p> : null}
      </div>
      {lines.some((l) => l.same) ? <button type="button" className="link small" onClick={() => setAll(!all)}>{all ? t('duplicates.onlyDiffer') : t('duplicates.showAll', { count: lines.filter((l) => l.same).length })}</button> : null}
      {pair.may ? (
        <div className="dup-acts">
          {open ? <Button type="primary" loading={merge.isPending} onClick={doMerge}>{t('duplicates.merge', { name: name(stays) })}</Button> : null}
          <Button loading={decide.isPending} onClick={doDismiss}>{open ? t('duplicates.dismiss') : t('duplicates.reopen')}</Button>
          <span className="muted small dup-note">{open ? t('duplicates.what', { object: title }) : t('duplicates.dismissedBy', { name: pair.decided_by ?? '', at: pair.decided_at ? exactInstant(pair.decided_at) : '' })}</span>
        </div>
      ) : <p className="muted small">{t('duplicates.mayNot', { object: title })}</p>}
    </section>
  )
}

function Head({ side, record, name, object, refs, stays, choose }: { side: Side; record: RecordData; name: string; object: ObjectMeta; refs: Refs; stays: boolean; choose?: () => void }) {
  const { t } = useTranslation()
  const now = useCoarseNow()
  const owner = isBlank(record.owner) ? t('record.pool') : refs.person?.[String(record.owner)] ?? ''
  return (
    <div className={`dup-side ${choose && stays ? 'is-kept' : ''}`} data-testid={`side-${side}`}>
      <Link className="dup-name" to={`/objects/${object.name}/${record.id}`}>{name}</Link>
      <span className="muted small">{[owner, isBlank(record.created_at) ? '' : ago(String(record.created_at), now)].filter(Boolean).join(' · ')}</span>
      {choose ? <label className="dup-keep"><input type="radio" name="dup-stays" checked={stays} onChange={choose} /> {t('duplicates.keep')} <kbd>{side === 'a' ? 1 : 2}</kbd></label> : null}
    </div>
  )
}

/** A value to be chosen is no link: a tap picks it, and calls nobody. */
function Value({ field, value, refs }: { field: Field; value: unknown; refs: Refs }) {
  if (field.type === 'phone') return <span className="num">{spaced(String(value))}</span>
  if (field.type === 'email' || field.type === 'url') return <>{String(value)}</>
  return <FieldShow field={field} value={value} refs={refs} />
}

function Row({ line, pair, refs, at, choose }: { line: Line; pair: Pair; refs: Refs; at: Side; choose?: (side: Side) => void }) {
  const label = titled(line.field.title, line.field.name)
  return (
    <div className="dup-line" role={choose && line.open ? 'radiogroup' : 'group'} aria-label={label}>
      <span className="dup-label muted">{label}</span>
      {sides.map((side) => {
        const value = pair[side][line.field.name]
        const hint = pair[side].hints?.[line.field.name]
        const shown = isBlank(value) ? hint?.raw ? <span className="hint-raw" title={hint.message}>{hint.raw}</span> : <span className="muted">—</span> : <Value field={line.field} value={value} refs={refs} />
        const taken = choose && at === side && !line.same && !isBlank(value)
        return choose && line.open ? (
          <label key={side} className={`dup-value ${taken ? 'is-taken' : ''}`}><input type="radio" name={`dup-${line.field.name}`} checked={at === side} onChange={() => choose(side)} /><span>{shown}</span></label>
        ) : <span key={side} className={`dup-value ${taken ? 'is-taken' : ''}`}><span>{shown}</span></span>
      })}
    </div>
  )
}
