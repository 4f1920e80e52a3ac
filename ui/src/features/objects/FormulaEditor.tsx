import { Select } from 'antd'
import { useRef, useState, type KeyboardEvent } from 'react'
import { useTranslation } from 'react-i18next'
import { useFormulaCheck, useFormulaWords, type FormulaProblem } from '../../api/objects'
import { useMeta } from '../../api/session'
import { useSettled } from '../../parts/useSettled'
import { Row } from '../config/parts'
import { completions, marked, type Suggestion } from './complete'
import type { FieldSpec, ObjectSpec } from './spec'

interface Props { object: string; standing: boolean; spec: ObjectSpec; field: FieldSpec; disabled: boolean; onChange: (changes: Partial<FieldSpec>) => void }

const scaled = ['decimal']

/** A formula in words people use, with what can be named offered while typing, what is wrong marked in the text, and what it comes to for some records. */
export function FormulaEditor({ object, standing, spec, field, disabled, onChange }: Props) {
  const { t } = useTranslation()
  const meta = useMeta()
  const words = useFormulaWords(standing ? object : (meta.objects[0]?.name ?? object))
  const text = field.formula ?? ''
  const area = useRef<HTMLTextAreaElement>(null)
  const [caret, setCaret] = useState<number | null>(null)
  const [at, setAt] = useState(0)
  const given = useSettled(text.trim() ? { formula: text, result: field.result ?? 'decimal', scale: field.scale ?? 0, field: field.name, spec } : null)
  const check = useFormulaCheck(object, given)
  const fresh = given?.formula === text
  const problems: FormulaProblem[] = fresh ? (check.data?.problems ?? []) : []
  const list = caret === null ? null : completions(text, caret, spec.fields.filter((f) => f.name !== field.name).map((f) => ({ name: f.name, title: f.title['zh-CN'], about: t(`fieldType.${f.type}`, { defaultValue: f.type }) })), words.data?.functions ?? [])
  const offers = list?.offers ?? []
  const take = (s: Suggestion): void => {
    if (!list) return
    const next = text.slice(0, list.from) + s.insert + text.slice(list.to)
    const to = list.from + s.insert.length - (s.kind === 'function' ? 1 : 0)
    onChange({ formula: next })
    setCaret(null)
    requestAnimationFrame(() => {
      area.current?.focus()
      area.current?.setSelectionRange(to, to)
    })
  }
  const keys = (e: KeyboardEvent): void => {
    if (offers.length === 0) return
    if (e.key === 'ArrowDown' || e.key === 'ArrowUp') setAt((n) => (n + (e.key === 'ArrowDown' ? 1 : offers.length - 1)) % offers.length)
    else if (e.key === 'Enter' || e.key === 'Tab') {
      const s = offers[at % offers.length]
      if (s) take(s)
    } else if (e.key === 'Escape') setCaret(null)
    else return
    e.preventDefault()
    e.stopPropagation()
  }
  const active = offers[at % Math.max(1, offers.length)]
  return (
    <div className="formula" data-testid="formula">
      <div className="formula-text">
        <div className="formula-marks" aria-hidden>{marked(text, problems).map((p, i) => (p.bad ? <mark key={i}>{p.text}</mark> : <span key={i}>{p.text}</span>))}{'\n'}</div>
        <textarea
          ref={area} aria-label={t('objects.formula')} rows={3} spellCheck={false} disabled={disabled} value={text} placeholder={t('objects.formulaHint')}
          role="combobox" aria-expanded={offers.length > 0} aria-controls="formula-offers" aria-autocomplete="list" aria-activedescendant={active ? `formula-offer-${at % offers.length}` : undefined}
          onChange={(e) => {
            onChange({ formula: e.target.value })
            setCaret(e.target.selectionStart)
            setAt(0)
          }}
          onKeyDown={keys} onClick={(e) => setCaret(e.currentTarget.selectionStart)} onBlur={() => setCaret(null)}
          onScroll={(e) => { const marks = e.currentTarget.previousElementSibling; if (marks) marks.scrollTop = e.currentTarget.scrollTop }}
        />
      </div>
      {offers.length > 0 ? (
        <ul id="formula-offers" className="formula-offers" role="listbox" aria-label={t('objects.offers')}>
          {offers.map((s, i) => (
            <li key={s.key} id={`formula-offer-${i}`} role="option" aria-selected={i === at % offers.length} onMouseDown={(e) => { e.preventDefault(); take(s) }}>
              <span>{s.label}</span><span className="muted small">{s.about}</span>
            </li>
          ))}
        </ul>
      ) : null}
      {problems.map((p, i) => <p key={i} role="alert" className="formula-problem"><span className="bad">{p.message}</span>{p.hint ? <span className="problem-hint"> {p.hint}</span> : null}</p>)}
      {fresh && text.trim() && check.data && problems.length === 0 ? (
        <div className="formula-good">
          <p className="small">{t('objects.formulaReads', { words: check.data.words })}</p>
          {check.data.samples.length > 0 ? <ul className="formula-samples small">{check.data.samples.map((s) => <li key={s.id}><span className="muted">{s.title}</span><span className="num" title={s.hint}>{s.words}</span></li>)}</ul> : null}
        </div>
      ) : null}
      <Row label={t('objects.result')}>
        <Select aria-label={t('objects.result')} value={field.result ?? 'decimal'} disabled={disabled} popupMatchSelectWidth={false} onChange={(result) => onChange({ result, scale: scaled.includes(result) ? (field.scale ?? 2) : undefined })} options={(words.data?.results ?? ['decimal']).map((r) => ({ value: r, label: t(`fieldType.${r}`, { defaultValue: r }) }))} />
      </Row>
      <details className="formula-functions">
        <summary>{t('objects.functions')}</summary>
        <p className="muted small">{words.data?.rules}</p>
        <ul>{(words.data?.functions ?? []).map((f) => <li key={f.name}><code>{f.usage}</code><span className="muted small"> {f.help}</span></li>)}</ul>
      </details>
    </div>
  )
}
