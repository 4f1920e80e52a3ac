import type { Condition } from '../../api/condition'
import type { Title } from '../../api/types'

/** An object as it is written; unknown members are kept as they came. */
export interface ObjectSpec {
  icon?: string
  title_field: string
  fields: FieldSpec[]
  pool?: boolean
  system?: boolean
  unique?: { fields: string[]; title?: Title }[]
  checks?: CheckSpec[]
  hide_from_menu?: boolean
}
export interface OptionSpec { value: string; title?: string; en?: string; color?: string; aliases?: string[] }
export interface RollupSpec { from: string; relation: string; fn: string; of?: string; by?: string; where?: Condition }
export interface CheckSpec { name: string; title?: Title; when?: Condition; message: string; at?: string }
export interface FieldSpec {
  name: string
  id?: string
  title: Title
  type: string
  aliases?: string[]
  options?: OptionSpec[]
  open?: boolean
  target?: string
  other_title?: Title
  scale?: number
  required?: boolean
  default?: unknown
  track?: boolean
  index?: boolean
  unique?: boolean
  readonly?: boolean
  class?: string
  help?: Title
  group?: string
  max?: number
  tag_dimension?: string
  retype?: { type: string; job: string; unread: string }
  formula?: string
  result?: string
  rollup?: RollupSpec
  pattern?: string
  required_when?: Condition
  visible_when?: Condition
}

/** What every object has of itself; no field may be called so. */
export const systemNames = ['id', 'version', 'created_at', 'created_by', 'updated_at', 'updated_by', 'owner', 'org_unit', 'deleted_at', 'hints']

export const idOf = (f: Pick<FieldSpec, 'id' | 'name'>): string => f.id ?? f.name

export const takenNames = (fields: FieldSpec[], but?: string): string[] => [...systemNames, ...fields.filter((f) => f.name !== but).flatMap((f) => [f.name, ...(f.id ? [f.id] : []), ...(f.aliases ?? [])])]

/** A name that is free: itself, or with the first free number behind. */
export function freeName(base: string, taken: string[]): string {
  if (!taken.includes(base)) return base
  let n = 2
  while (taken.includes(`${base}_${n}`)) n++
  return `${base}_${n}`
}

/** The object's fields under their groups, those without one where the first of them stands. */
export function sectionsOf(fields: FieldSpec[]): { group: string; fields: FieldSpec[] }[] {
  const by = new Map<string, FieldSpec[]>()
  for (const f of fields) by.set(f.group ?? '', [...(by.get(f.group ?? '') ?? []), f])
  return [...by].map(([group, own]) => ({ group, fields: own }))
}

/** The fields as they are shown: group after group. */
export const shownOrder = (fields: FieldSpec[]): FieldSpec[] => sectionsOf(fields).flatMap((s) => s.fields)

const grouped = (f: FieldSpec, group: string): FieldSpec => {
  const { group: _, ...rest } = f
  return group ? { ...rest, group } : rest
}

/** Puts a field, new or standing, before another one, whose group it takes; or at the end of a group. */
export function placeField(fields: FieldSpec[], field: FieldSpec, at: { before: string } | { end: string }): FieldSpec[] {
  if ('before' in at && at.before === field.name) return fields
  const rest = shownOrder(fields).filter((f) => f.name !== field.name)
  const target = 'before' in at ? rest.find((f) => f.name === at.before) : undefined
  const group = 'before' in at ? (target?.group ?? '') : at.end
  const last = rest.map((f) => f.group ?? '').lastIndexOf(group)
  const index = target ? rest.indexOf(target) : last < 0 ? rest.length : last + 1
  return [...rest.slice(0, index), grouped(field, group), ...rest.slice(index)]
}

/** One step up or down; beyond the first or last of its group a field goes over to the next group. */
export function stepField(fields: FieldSpec[], name: string, step: 1 | -1): FieldSpec[] {
  const sections = sectionsOf(fields)
  const s = sections.findIndex((each) => each.fields.some((f) => f.name === name))
  const own = sections[s]?.fields ?? []
  const i = own.findIndex((f) => f.name === name)
  const field = own[i]
  if (!field) return fields
  const mate = own[i + step]
  if (mate && step < 0) return placeField(fields, field, { before: mate.name })
  if (mate) {
    const after = own[i + 2]
    return placeField(fields, field, after ? { before: after.name } : { end: field.group ?? '' })
  }
  const next = sections[s + step]
  if (!next) return fields
  if (step < 0) return placeField(fields, field, { end: next.group })
  return placeField(fields, field, next.fields[0] ? { before: next.fields[0].name } : { end: next.group })
}

const fold = (s: string): string => s.normalize('NFKC').toLowerCase().replace(/\s+/g, '')

/** Options out of pasted text, one a line, or apart by 、，；and tabs where it is one line. Those that are there already are left out. */
export function pasteOptions(text: string, options: OptionSpec[]): { options: OptionSpec[]; added: number; known: number } {
  const lines = text.split(/\r?\n/).map((s) => s.trim()).filter(Boolean)
  const parts = lines.length > 1 ? lines : text.split(/[\u3001\uff0c,;\uff1b\t]/).map((s) => s.trim()).filter(Boolean)
  const seen = new Set(options.flatMap((o) => [o.value, o.title ?? '', o.en ?? '', ...(o.aliases ?? [])]).filter(Boolean).map(fold))
  const fresh: OptionSpec[] = []
  for (const value of parts) {
    if (seen.has(fold(value))) continue
    seen.add(fold(value))
    fresh.push({ value })
  }
  return { options: [...options, ...fresh], added: fresh.length, known: parts.length - fresh.length }
}

/** An option called otherwise. One that records may hold keeps what is stored; what it was called stays as another name. */
export function renameOption(option: OptionSpec, to: string, standing: boolean): OptionSpec {
  const label = option.title || option.value
  if (to === label) return option
  if (!standing) return { ...option, value: to }
  const aliases = [...new Set([...(option.aliases ?? []), label])].filter((a) => a !== to && a !== option.value)
  const { aliases: _, title: __, ...rest } = option
  return { ...rest, ...(to !== option.value ? { title: to } : {}), ...(aliases.length > 0 ? { aliases } : {}) }
}

type Tree = Record<string, unknown>

/** A condition with the names of fields put otherwise, also in values that name a field of the record. */
function named(c: unknown, rename: (name: string) => string): unknown {
  if (Array.isArray(c)) return c.map((part) => named(part, rename))
  if (!c || typeof c !== 'object') return c
  return Object.fromEntries(Object.entries(c as Tree).map(([key, v]) => {
    if (key === 'field' && typeof v === 'string') return [key, rename(v)]
    if (key === 'ref' && typeof v === 'string' && v.startsWith('record.')) return [key, `record.${rename(v.slice(7))}`]
    return [key, named(v, rename)]
  }))
}

/** The object with a field's technical name changed wherever the object names it. */
export function renameField(spec: ObjectSpec, from: string, to: string): ObjectSpec {
  const rename = (name: string): string => (name === from ? to : name)
  const when = (c: Condition): Condition => named(c, rename) as Condition
  return {
    ...spec,
    title_field: rename(spec.title_field),
    fields: spec.fields.map((f) => ({
      ...f,
      name: rename(f.name),
      ...(f.formula ? { formula: wordsReplaced(f.formula, from, to) } : {}),
      ...(f.required_when ? { required_when: when(f.required_when) } : {}),
      ...(f.visible_when ? { visible_when: when(f.visible_when) } : {}),
    })),
    ...(spec.unique ? { unique: spec.unique.map((u) => ({ ...u, fields: u.fields.map(rename) })) } : {}),
    ...(spec.checks ? { checks: spec.checks.map((c) => ({ ...c, ...(c.when ? { when: when(c.when) } : {}), ...(c.at ? { at: rename(c.at) } : {}) })) } : {}),
  }
}

const word = /^[\p{L}_][\p{L}\p{N}_]*$/u
/** A field's title as a formula writes it: bare where it is one word. */
export const inFormula = (title: string): string => (word.test(title) ? title : `{${title}}`)

/** A formula with one name put otherwise; texts in quotes stay. */
export function wordsReplaced(formula: string, from: string, to: string): string {
  return formula.replace(/"[^"]*"|'[^']*'|\u201c[^\u201d]*\u201d|\u300c[^\u300d]*\u300d|[{[\u3010\uff5b]([^}\]\u3011\uff5d]*)[}\]\u3011\uff5d]|[\p{L}\p{N}_]+/gu, (all: string, braced?: string) => ((braced ?? all).trim() === from ? inFormula(to) : all))
}

/** The object with a field's title changed: formulas that call it so go along. */
export function retitle(spec: ObjectSpec, name: string, title: string): ObjectSpec {
  const was = spec.fields.find((f) => f.name === name)?.title['zh-CN']
  const alone = was && spec.fields.filter((f) => f.title['zh-CN'] === was).length === 1
  return { ...spec, fields: spec.fields.map((f) => {
    const next = f.formula && was && alone ? { ...f, formula: wordsReplaced(f.formula, was, title) } : f
    return f.name === name ? { ...next, title: { ...next.title, 'zh-CN': title } } : next
  }) }
}

/** What the object itself still says of a field that is taken out: its uniqueness, checks and conditions. */
export function withoutField(spec: ObjectSpec, name: string): ObjectSpec {
  const unique = spec.unique?.map((u) => ({ ...u, fields: u.fields.filter((f) => f !== name) })).filter((u) => u.fields.length > 1)
  return { ...spec, fields: spec.fields.filter((f) => f.name !== name), ...(unique ? { unique } : {}) }
}

/** The first number that a pattern gives on a day; null where it cannot be read. */
export function numberExample(pattern: string, at: Date): string | null {
  const two = (n: number): string => String(n).padStart(2, '0')
  const parts: Record<string, string> = { YYYY: String(at.getFullYear()), YY: two(at.getFullYear() % 100), MM: two(at.getMonth() + 1), DD: two(at.getDate()) }
  let counters = 0
  let wrong = false
  const out = pattern.replace(/\{([^{}]*)\}/g, (_, part: string) => {
    if (/^0{1,12}$/.test(part)) {
      counters++
      return '1'.padStart(part.length, '0')
    }
    if (parts[part] === undefined) wrong = true
    return parts[part] ?? ''
  })
  return wrong || counters !== 1 || /[{}]/.test(out) ? null : out
}
