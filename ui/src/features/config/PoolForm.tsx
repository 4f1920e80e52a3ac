import { useTranslation } from 'react-i18next'
import { NumberRow, SwitchRow } from './parts'
import { SegmentSection } from './SegmentSection'
import type { FormProps, PoolSpec } from './specs'

export function PoolForm({ spec, onChange, disabled }: FormProps<PoolSpec>) {
  const { t } = useTranslation()
  const row = (name: 'max_open' | 'max_claims_per_day' | 'recycle_after_days' | 'unassigned_hours' | 'protect_max_days', unit: string, hint?: string) => (
    <NumberRow key={name} label={t(`pool.spec.${name}`)} hint={hint ?? t('pool.spec.blank')} unit={t(`pool.unit.${unit}`)} min={1} value={spec[name]} disabled={disabled} onChange={(v) => onChange({ ...spec, [name]: v })} />
  )
  return (
    <>
      <section className="config-section">
        <SwitchRow label={t('pool.spec.enabled')} value={spec.enabled} disabled={disabled} onChange={(enabled) => onChange({ ...spec, enabled })} />
        {row('max_open', 'records')}
        {row('max_claims_per_day', 'records')}
      </section>
      <SegmentSection object={spec.object} value={spec.when} disabled={disabled} onChange={(when) => onChange({ ...spec, when })} />
      <section className="config-section">
        {row('unassigned_hours', 'hours', t('pool.spec.unassignedHint'))}
        {row('recycle_after_days', 'days', t('pool.spec.recycleHint'))}
        {row('protect_max_days', 'days', t('pool.spec.protectHint'))}
      </section>
    </>
  )
}
