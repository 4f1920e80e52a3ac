import { InputNumber, Select } from 'antd'
import { useTranslation } from 'react-i18next'
import type { Definition } from '../../api/types'
import { FieldEdit } from '../../fields'
import { Row } from '../config/parts'
import { asField } from './kinds'
import type { FieldSpec } from './spec'

interface Ref { ref: string; add?: number; unit?: string }

const refsOf: Record<string, string[]> = { person: ['me'], org_unit: ['owner.org_unit'], date: ['today'], datetime: ['today', 'now'] }

/** What a new record starts with: nothing, a value, or what is known when it is made. */
export function DefaultSetting({ field, objects, disabled, onChange }: { field: FieldSpec; objects: Definition[]; disabled: boolean; onChange: (value: unknown) => void }) {
  const { t } = useTranslation()
  const value = field.default
  const ref = value && typeof value === 'object' && 'ref' in value ? (value as Ref) : null
  const refs = refsOf[field.type] ?? []
  const mode = ref ? ref.ref : value === undefined || value === null ? 'none' : 'fixed'
  const pick = (next: string): void => onChange(next === 'none' ? undefined : next === 'fixed' ? (field.type === 'boolean' ? true : '') : { ref: next })
  return (
    <>
      <Row label={t('objects.default')}>
        <Select aria-label={t('objects.default')} value={mode} disabled={disabled} popupMatchSelectWidth={false} onChange={pick} options={['none', 'fixed', ...refs].map((m) => ({ value: m, label: t(`objects.defaultOf.${m.replace('.', '_')}`) }))} />
      </Row>
      {mode === 'fixed' ? <div className="side-value"><FieldEdit field={asField(field, objects)} label={t('objects.defaultValue')} value={value} onChange={(v) => onChange(v === null ? '' : v)} /></div> : null}
      {ref && (ref.ref === 'today' || ref.ref === 'now') ? (
        <Row label={t('objects.defaultAdd')}>
          <span className="row nowrap-row">
            <InputNumber<number> aria-label={t('objects.defaultAdd')} value={ref.add ?? 0} precision={0} min={-10000} max={10000} controls={false} disabled={disabled} style={{ width: 72 }} onChange={(add) => onChange(add ? { ref: ref.ref, add, unit: ref.unit ?? 'day' } : { ref: ref.ref })} />
            <Select aria-label={t('cond.unitWord')} value={ref.unit ?? 'day'} disabled={disabled || !ref.add} popupMatchSelectWidth={false} options={['day', 'week', 'month'].map((unit) => ({ value: unit, label: t(`cond.unit.${unit}`) }))} onChange={(unit) => onChange({ ...ref, unit })} />
          </span>
        </Row>
      ) : null}
    </>
  )
}
