import { DeleteOutlined, SearchOutlined, WarningOutlined } from '@ant-design/icons'
import { useDraggable, useDroppable } from '@dnd-kit/core'
import { Input } from 'antd'
import { memo, useEffect, useRef, useState, type KeyboardEvent } from 'react'
import { useTranslation } from 'react-i18next'
import type { Finding } from '../../api/builder'
import { titled } from '../../i18n/titled'
import type { Held } from './FieldPalette'
import { sectionsOf, type FieldSpec } from './spec'

/** Where a field can be let go. */
export type Place = { before: string } | { end: string }

interface Props {
  fields: FieldSpec[]
  /** Fields of the object that come with it, shown for completeness. */
  owner: string
  chosen: string
  titleField: string
  findings: Finding[]
  disabled: boolean
  onChoose: (name: string) => void
  onStep: (name: string, step: 1 | -1) => void
  onRemove: (name: string) => void
}

const many = 20

/** The object's fields in their groups and order. Above twenty there is a search; rows out of sight are not laid out. */
export function FieldList({ fields, owner, chosen, titleField, findings, disabled, onChoose, onStep, onRemove }: Props) {
  const { t } = useTranslation()
  const [words, setWords] = useState('')
  const asked = words.trim().toLowerCase()
  const wrong = new Map<string, string>()
  for (const f of findings) {
    const name = fields[Number(/^\/spec\/fields\/(\d+)/.exec(f.pointer)?.[1] ?? -1)]?.name
    if (name) wrong.set(name, f.message)
  }
  const shown = sectionsOf(fields.filter((f) => !asked || [f.title['zh-CN'], f.title.en ?? '', f.name].some((s) => s.toLowerCase().includes(asked))))
  return (
    <div className="field-list" data-testid="object-fields">
      {fields.length > many ? <Input allowClear className="field-search" prefix={<SearchOutlined aria-hidden />} aria-label={t('objects.searchFields')} placeholder={t('objects.searchFields')} value={words} onChange={(e) => setWords(e.target.value)} /> : null}
      {asked && shown.length === 0 ? <p className="muted">{t('builder.nothingFound')}</p> : null}
      {shown.map((s) => (
        <section key={s.group}>
          {s.group || shown.length > 1 ? <h3 className="section-title">{s.group || t('objects.noGroup')}</h3> : null}
          <ul className="field-rows">
            {s.fields.map((f) => (
              <FieldRow key={f.name} field={f} title={f.name === titleField} wrong={wrong.get(f.name)} chosen={f.name === chosen} disabled={disabled} still={Boolean(asked)} onChoose={onChoose} onStep={onStep} onRemove={onRemove} />
            ))}
          </ul>
          <End group={s.group} />
        </section>
      ))}
      {asked ? null : <p className="field-own muted small">{t('objects.ownFields', { owner })}</p>}
      {fields.length === 0 ? <End group="" big /> : null}
    </div>
  )
}

function End({ group, big }: { group: string; big?: boolean }) {
  const { t } = useTranslation()
  const { setNodeRef, isOver } = useDroppable({ id: `end:${group}`, data: { end: group } satisfies Place })
  return <div ref={setNodeRef} className={`field-end ${big ? 'is-big' : ''} ${isOver ? 'is-over' : ''}`}><span className="muted small">{t('objects.dropHere')}</span></div>
}

interface RowProps extends Pick<Props, 'disabled' | 'onChoose' | 'onStep' | 'onRemove'> { field: FieldSpec; title: boolean; wrong?: string; chosen: boolean; still: boolean }

const FieldRow = memo(function FieldRow({ field, title, wrong, chosen, disabled, still, onChoose, onStep, onRemove }: RowProps) {
  const { t } = useTranslation()
  const label = titled(field.title, field.name)
  const { setNodeRef: setPlace, isOver } = useDroppable({ id: `row:${field.name}`, data: { before: field.name } satisfies Place })
  const { setNodeRef, listeners, isDragging } = useDraggable({ id: `field:${field.name}`, data: { kind: 'branch', name: field.name, label } satisfies Held, disabled: disabled || still })
  const handle = useRef<HTMLButtonElement | null>(null)
  const moved = useRef(false)
  useEffect(() => {
    if (moved.current) handle.current?.focus()
    moved.current = false
  })
  const keys = (e: KeyboardEvent): void => {
    if (e.key !== 'ArrowUp' && e.key !== 'ArrowDown') return
    e.preventDefault()
    moved.current = true
    onStep(field.name, e.key === 'ArrowUp' ? -1 : 1)
  }
  return (
    <li ref={setPlace} className={`field-row ${chosen ? 'is-selected' : ''} ${isOver ? 'is-over' : ''} ${isDragging ? 'is-lifted' : ''}`} data-testid="field-row" data-field={field.name}>
      <button
        ref={(node) => {
          setNodeRef(node)
          handle.current = node
        }}
        type="button" className="branch-handle" disabled={disabled || still} title={t('objects.moveHint')} aria-label={t('objects.move', { title: label })} {...listeners} onKeyDown={keys}
      >
        <span aria-hidden>⠿</span>
      </button>
      <button type="button" className="field-pick" aria-pressed={chosen} onClick={() => onChoose(field.name)}>
        <span className="field-title">{label}{field.required ? <span className="bad" title={t('spec.required')}> *</span> : null}</span>
        <span className="field-about muted small">{[t(`fieldType.${field.type}`, { defaultValue: field.type }), ...(title ? [t('objects.isTitle')] : []), ...(field.unique ? [t('objects.unique')] : []), ...(field.retype ? [t('objects.retyping')] : [])].join(' · ')}</span>
        {wrong ? <WarningOutlined className="bad" title={wrong} aria-label={wrong} /> : null}
      </button>
      <button type="button" className="field-remove" disabled={disabled} aria-label={t('config.remove', { what: label })} title={t('objects.removeHint')} onClick={() => onRemove(field.name)}><DeleteOutlined aria-hidden /></button>
    </li>
  )
})
