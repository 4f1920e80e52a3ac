import { Select } from 'antd'
import { useTranslation } from 'react-i18next'
import { isMeasure, takesNoValue, type Leaf, type MeasureLeaf, type Op } from '../api/condition'
import { kindOf } from '../fields'
import { titled } from '../i18n/titled'
import { opWords, subjectOf } from './conditionWords'
import { numberOps, type Terms } from './terms'
import { ValueEditor } from './ValueEditor'

type Any = Leaf | MeasureLeaf

export const startValue = (op: Op): unknown => (op === 'within' ? { last: 30, unit: 'day' } : op === 'between' || op === 'in' || op === 'not_in' ? [] : null)

/** One condition: what, how compared, with what. */
export function LeafEditor({ terms, value, onChange }: { terms: Terms; value: Any; onChange: (value: Any) => void }) {
  const { t } = useTranslation()
  const subject = subjectOf(value, terms)
  const measure = isMeasure(value)
  const ops = measure ? numberOps : subject ? kindOf(subject.field).ops : []
  const chosen = measure ? `m:${value.measure}` : `f:${value.field}`
  const fields = terms.fields.filter((f) => f.type !== 'json').map((f) => ({ value: `f:${f.name}`, label: titled(f.title, f.name) }))
  const measures = (terms.measures ?? []).map((m) => ({ value: `m:${m.name}`, label: titled(m.title, m.name) }))
  const pick = (key: string): void => {
    const name = key.slice(2)
    if (key.startsWith('m:')) {
      const m = terms.measures?.find((each) => each.name === name)
      onChange({ measure: name, for: m?.for, ...(m?.period ? { period: m.period } : {}), op: 'gt', value: null })
    } else {
      const field = terms.fields.find((f) => f.name === name)
      const op = field ? (kindOf(field).ops[0] ?? 'eq') : 'eq'
      onChange({ field: name, op, value: startValue(op) })
    }
  }
  const setOp = (op: Op): void => {
    const keep = value.op !== 'between' && value.op !== 'within' && !Array.isArray(value.value) && !['between', 'within', 'in', 'not_in'].includes(op)
    onChange({ ...value, op, value: takesNoValue(op) ? undefined : keep ? value.value : startValue(op) })
  }
  return (
    <div className="leaf-editor">
      <Select
        aria-label={t('cond.field')}
        className="leaf-field"
        showSearch={{ optionFilterProp: 'label' }}
        popupMatchSelectWidth={false}
        value={chosen}
        options={[{ label: t('cond.fields'), options: fields }, ...(measures.length > 0 ? [{ label: t('cond.measures'), options: measures }] : [])]}
        onChange={pick}
      />
      <Select aria-label={t('cond.opWord')} popupMatchSelectWidth={false} value={value.op} options={ops.map((op) => ({ value: op, label: opWords(op) }))} onChange={setOp} />
      {subject ? <ValueEditor field={subject.field} op={value.op} value={value.value} terms={measure ? undefined : terms} onChange={(next) => onChange({ ...value, value: next })} /> : null}
    </div>
  )
}
