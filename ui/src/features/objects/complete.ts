import type { FormulaFunction, FormulaProblem } from '../../api/objects'
import { inFormula } from './spec'

export interface Suggestion { key: string; kind: 'field' | 'function'; label: string; about: string; insert: string }

const most = 8

/** What can stand where one is typing: fields by title or name, functions by any of their names. from and to is the part that is replaced. */
export function completions(text: string, caret: number, fields: { name: string; title: string; about: string }[], functions: FormulaFunction[]): { from: number; to: number; offers: Suggestion[] } | null {
  const before = text.slice(0, caret)
  if ((before.match(/["\u201c\u201d]/g)?.length ?? 0) % 2 === 1) return null
  const typed = /[{[]?[\p{L}_][\p{L}\p{N}_]*$/u.exec(before)?.[0] ?? ''
  const asked = typed.replace(/^[{[]/, '').toLowerCase()
  const to = caret + (/^[\p{L}\p{N}_]*[}\]]?/u.exec(text.slice(caret))?.[0].length ?? 0)
  if (!asked && before.trim() !== '' && !/[-+*/(,<>=\u00d7\u00f7\uff08\uff0c{]\s*$/.test(before)) return null
  const fits = (...names: string[]): boolean => names.some((n) => n.toLowerCase().includes(asked))
  const offers: Suggestion[] = [
    ...fields.filter((f) => fits(f.title, f.name)).map((f): Suggestion => ({ key: `field/${f.name}`, kind: 'field', label: f.title, about: f.about, insert: inFormula(f.title) })),
    ...(asked ? functions.filter((f) => fits(...f.names)).map((f): Suggestion => ({ key: `function/${f.name}`, kind: 'function', label: f.usage, about: f.help, insert: `${f.names[1] ?? f.name}()` })) : []),
  ].slice(0, most)
  const only = offers.length === 1 ? offers[0] : undefined
  if (only && only.kind === 'field' && only.insert === typed) return null // it stands there already
  return { from: caret - typed.length, to, offers }
}

/** The text cut where something is wrong with it. Columns count characters. */
export function marked(text: string, problems: FormulaProblem[]): { text: string; bad: boolean }[] {
  const chars = [...text]
  const bad = new Set<number>()
  const starts = [0]
  chars.forEach((c, i) => { if (c === '\n') starts.push(i + 1) })
  for (const { position: p } of problems) {
    if (!p) continue
    const from = (starts[p.line - 1] ?? 0) + p.column - 1
    for (let i = from; i < from + Math.max(1, p.length); i++) bad.add(i)
  }
  const out: { text: string; bad: boolean }[] = []
  chars.forEach((c, i) => {
    const last = out[out.length - 1]
    if (last && last.bad === bad.has(i)) last.text += c
    else out.push({ text: c, bad: bad.has(i) })
  })
  return out
}
