import { Checkbox, InputNumber, Select } from 'antd'
import { useTranslation } from 'react-i18next'
import type { Op } from '../api/condition'
import { takesNoValue } from '../api/condition'
import type { Field } from '../api/types'
import { useMeta } from '../api/session'
import { FieldEdit, kindOf } from '../fields'
import { optionsOf } from '../fields/choice'
import { MoneyNumber } from '../fields/money'
import { titled } from '../i18n/titled'
import type { Terms } from './terms'

interface Props { field: Field; op: Op; value: unknown; onChange: (value: unknown) => void; terms?: Terms }

/** The value of one condition: its shape follows the operator, its look the field's type. */
export function ValueEditor({ field, op, value, onChange, terms }: Props) {
  const { t } = useTranslation()
  const meta = useMeta()
  if (takesNoValue(op)) return null
  const label = t('cond.valueOf', { field: titled(field.title, field.name) })
  if (op === 'within') {
    const span = (value as { last?: number; unit?: string } | undefined) ?? {}
    return (
      <span className="row">
        <span className="muted">{t('cond.lastWord')}</span>
        <InputNumber aria-label={label} min={1} max={3650} controls={false} style={{ width: 72 }} value={span.last ?? 30} onChange={(n) => onChange({ last: n ?? 1, unit: span.unit ?? 'day' })} />
        <Select
          aria-label={t('cond.unitWord')}
          value={span.unit ?? 'day'}
          onChange={(unit) => onChange({ last: span.last ?? 30, unit })}
          options={['day', 'week', 'month'].map((unit) => ({ value: unit, label: t(`cond.unit.${unit}`) }))}
        />
      </span>
    )
  }
  if (op === 'between') {
    const [from, to] = Array.isArray(value) ? value : []
    return (
      <span className="row nowrap-row">
        <One field={field} label={`${label} ${t('cond.from')}`} value={from} onChange={(v) => onChange([v, to])} />
        <span className="muted">–</span>
        <One field={field} label={`${label} ${t('cond.to')}`} value={to} onChange={(v) => onChange([from, v])} />
      </span>
    )
  }
  if (op === 'in' || op === 'not_in') {
    const many = Array.isArray(value) ? value.map(String) : []
    const options = field.type === 'person' ? meta.people.map((p) => ({ value: p.id, label: p.name })) : optionsOf(field)
    return (
      <Select
        mode={options.length > 0 ? 'multiple' : 'tags'}
        aria-label={label}
        style={{ minWidth: 180 }}
        popupMatchSelectWidth={false}
        value={many}
        options={options}
        onChange={(next: string[]) => onChange(next)}
      />
    )
  }
  const isRef = Boolean(value && typeof value === 'object' && 'ref' in value)
  if (terms?.refs) {
    const { refs } = terms
    return (
      <span className="row nowrap-row">
        <Select
          aria-label={t('cond.valueKind')}
          value={isRef ? 'ref' : 'fixed'}
          popupMatchSelectWidth={false}
          options={[{ value: 'fixed', label: t('cond.fixed') }, { value: 'ref', label: t('cond.refOf', { object: refs.title, field: t('cond.field') }) }]}
          onChange={(kind) => onChange(kind === 'ref' ? { ref: `${refs.object}.${refs.fields.find((f) => f.name === field.name)?.name ?? refs.fields[0]?.name ?? ''}` } : null)}
        />
        {isRef ? (
          <Select
            aria-label={label}
            showSearch={{ optionFilterProp: 'label' }}
            popupMatchSelectWidth={false}
            value={(value as { ref: string }).ref}
            options={refs.fields.map((f) => ({ value: `${refs.object}.${f.name}`, label: titled(f.title, f.name) }))}
            onChange={(ref) => onChange({ ref })}
          />
        ) : (
          <One field={field} label={label} value={value} onChange={onChange} />
        )}
      </span>
    )
  }
  if (terms?.me && field.type === 'person') {
    return (
      <span className="row nowrap-row">
        <Checkbox checked={isRef} onChange={(e) => onChange(e.target.checked ? { ref: 'me.id' } : null)}>{terms.me}</Checkbox>
        {isRef ? null : <One field={field} label={label} value={value} onChange={onChange} />}
      </span>
    )
  }
  return <One field={field} label={label} value={value} onChange={onChange} />
}

function One({ field, label, value, onChange }: { field: Field; label: string; value: unknown; onChange: (value: unknown) => void }) {
  if (field.type === 'money') return <MoneyNumber label={label} value={value} onChange={onChange} />
  // Multiple choice is asked one value at a time ("contains").
  const asked: Field = field.type === 'multi_choice' ? { ...field, type: 'choice' } : field
  return <span className={`cond-value cond-${kindOf(asked).align ?? 'left'}`}><FieldEdit asks field={asked} label={label} value={value} onChange={onChange} /></span>
}
