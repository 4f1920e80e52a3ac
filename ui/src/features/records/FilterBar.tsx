import { CloseOutlined, PlusOutlined } from '@ant-design/icons'
import { Button, Popover } from 'antd'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { groupKind, type Condition, type Leaf } from '../../api/condition'
import { useMeta } from '../../api/session'
import { kindOf } from '../../fields'
import { conditionWords } from '../../parts/conditionWords'
import { LeafEditor, startValue } from '../../parts/LeafEditor'
import { ConditionEditor } from '../../parts/ConditionEditor'
import type { Terms } from '../../parts/terms'
import './filter.css'

function startLeaf(terms: Terms): Leaf {
  const field = terms.fields.find((f) => f.name === 'stage') ?? terms.fields[0]
  const op = field ? (kindOf(field).ops[0] ?? 'eq') : 'eq'
  return { field: field?.name ?? '', op, value: startValue(op) }
}

function Editing({ terms, start, onSave }: { terms: Terms; start: Condition; onSave: (c: Condition) => void }) {
  const { t } = useTranslation()
  const meta = useMeta()
  const [draft, setDraft] = useState<Condition>(start)
  return (
    <form
      className="filter-form"
      onSubmit={(event) => {
        event.preventDefault()
        onSave(draft)
      }}
    >
      {groupKind(draft) ? (
        <ConditionEditor terms={terms} value={draft} onChange={setDraft} label={t('filter.condition')} />
      ) : (
        <LeafEditor terms={terms} value={draft as Leaf} onChange={setDraft} />
      )}
      <p className="muted small filter-read">{t('filter.reads', { text: conditionWords(draft, terms, meta) })}</p>
      <div className="row">
        <Button type="primary" htmlType="submit" size="small">{t('filter.apply')}</Button>
        {groupKind(draft) ? null : <Button type="link" size="small" onClick={() => setDraft({ any: [draft] })}>{t('filter.toGroup')}</Button>}
      </div>
    </form>
  )
}

/** The filter as chips with the sentence it reads as; each chip opens to be changed. */
export function FilterBar({ terms, conditions, onChange }: { terms: Terms; conditions: Condition[]; onChange: (next: Condition[]) => void }) {
  const { t } = useTranslation()
  const meta = useMeta()
  const [open, setOpen] = useState<number | null>(null)
  const editor = (index: number, start: Condition) => (
    <Editing
      key={`${index}/${JSON.stringify(start)}`}
      terms={terms}
      start={start}
      onSave={(saved) => {
        setOpen(null)
        onChange(index < conditions.length ? conditions.map((c, i) => (i === index ? saved : c)) : [...conditions, saved])
      }}
    />
  )
  const whole: Condition | null = conditions.length === 0 ? null : { all: conditions }
  return (
    <div className="filter-bar" role="group" aria-label={t('filter.title')}>
      {conditions.map((condition, index) => (
        <span key={index} className="filter-chip">
          <Popover trigger="click" placement="bottomLeft" destroyOnHidden open={open === index} onOpenChange={(next) => setOpen(next ? index : null)} content={editor(index, condition)}>
            <button type="button" className="filter-text">{conditionWords(condition, terms, meta)}</button>
          </Popover>
          <button type="button" className="filter-remove" aria-label={t('filter.remove', { text: conditionWords(condition, terms, meta) })} onClick={() => onChange(conditions.filter((_, i) => i !== index))}>
            <CloseOutlined aria-hidden />
          </button>
        </span>
      ))}
      <Popover trigger="click" placement="bottomLeft" destroyOnHidden open={open === conditions.length} onOpenChange={(next) => setOpen(next ? conditions.length : null)} content={editor(conditions.length, startLeaf(terms))}>
        <button type="button" className="filter-add"><PlusOutlined aria-hidden /> {t('filter.add')}</button>
      </Popover>
      {whole ? <span className="muted small filter-sentence">{t('filter.reads', { text: conditionWords(whole, terms, meta) })}</span> : null}
      {conditions.length > 1 ? <button type="button" className="link small" onClick={() => onChange([])}>{t('filter.clear')}</button> : null}
    </div>
  )
}
