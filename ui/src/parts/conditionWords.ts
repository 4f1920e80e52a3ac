import i18next from 'i18next'
import { children, groupKind, isLeaf, isMeasure, takesNoValue, type Condition, type Op } from '../api/condition'
import type { Field, Meta } from '../api/types'
import { kindOf } from '../fields'
import { titled } from '../i18n/titled'
import { measureField, type Terms } from './terms'

/** One value of a condition as people say it. */
export function valueWords(value: unknown, op: Op, field: Field, meta: Meta, terms?: Terms): string {
  if (value && typeof value === 'object' && 'ref' in value) {
    const ref = String((value as { ref: string }).ref)
    if (ref === 'me.id') return i18next.t('cond.me')
    const name = ref.split('.').slice(1).join('.')
    const target = terms?.refs?.fields.find((f) => f.name === name)
    return i18next.t('cond.refOf', { object: terms?.refs?.title ?? '', field: titled(target?.title, name) })
  }
  if (op === 'within') {
    const span = value as { last?: number; unit?: string } | undefined
    return i18next.t('cond.last', { n: span?.last ?? '…', unit: i18next.t(`cond.unit.${span?.unit ?? 'day'}`) })
  }
  const one = (v: unknown): string => (v === null || v === undefined || v === '' ? '…' : kindOf(field).words(v, field, meta))
  if (op === 'between') {
    const [from, to] = Array.isArray(value) ? value : []
    return i18next.t('cond.range', { from: one(from), to: one(to) })
  }
  if (Array.isArray(value)) return value.length === 0 ? '…' : value.map(one).join(i18next.t('cond.or'))
  return one(value)
}

export function opWords(op: Op): string {
  return i18next.t(`cond.op.${op}`)
}

export function subjectOf(condition: Condition, terms: Terms): { title: string; field: Field } | null {
  if (isMeasure(condition)) {
    const known = terms.measures?.find((m) => m.name === condition.measure)
    const field: Field = known ? measureField(known) : { name: condition.measure, title: { 'zh-CN': condition.measure }, type: 'decimal' }
    const span = condition.period ?? known?.period
    const title = span
      ? i18next.t('cond.measureOver', { name: titled(field.title), span: i18next.t('cond.last', { n: span.last, unit: i18next.t(`cond.unit.${span.unit}`) }) })
      : titled(field.title)
    return { title, field }
  }
  if (isLeaf(condition)) {
    const field = terms.fields.find((f) => f.name === condition.field) ?? { name: condition.field, title: { 'zh-CN': condition.field }, type: 'text' as const }
    return { title: titled(field.title, field.name), field }
  }
  return null
}

/** The whole tree as one sentence, the same way the server reads it back. */
export function conditionWords(condition: Condition | undefined | null, terms: Terms, meta: Meta, nested = false): string {
  if (!condition) return i18next.t('cond.always')
  const kind = groupKind(condition)
  if (kind) {
    const parts = children(condition).map((c) => conditionWords(c, terms, meta, true))
    if (parts.length === 0) return i18next.t('cond.always')
    const joined = parts.join(i18next.t(kind === 'all' ? 'cond.joinAll' : 'cond.joinAny'))
    if (kind === 'none') return i18next.t('cond.noneOf', { parts: joined })
    return nested && parts.length > 1 ? i18next.t('cond.bracket', { parts: joined }) : joined
  }
  const subject = subjectOf(condition, terms)
  if (!subject) return ''
  const { op } = condition as { op: Op }
  if (takesNoValue(op)) return i18next.t(`cond.say.${op}`, { field: subject.title })
  const value = valueWords((condition as { value?: unknown }).value, op, subject.field, meta, terms)
  return i18next.t(`cond.say.${op}`, { field: subject.title, value })
}
