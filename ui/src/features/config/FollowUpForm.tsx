import { useTranslation } from 'react-i18next'
import { NumberRow, SwitchRow } from './parts'
import type { FollowUpSpec, FormProps } from './specs'

export function FollowUpForm({ spec, onChange, disabled }: FormProps<FollowUpSpec>) {
  const { t } = useTranslation()
  const breach = spec.on_breach ?? {}
  const setBreach = (changes: FollowUpSpec['on_breach']): void => onChange({ ...spec, on_breach: { ...breach, ...changes } })
  return (
    <>
      <section className="config-section">
        <SwitchRow label={t('followUp.enabled')} value={spec.enabled} disabled={disabled} onChange={(enabled) => onChange({ ...spec, enabled })} />
        <NumberRow label={t('followUp.firstOpen')} hint={t('followUp.firstOpenHint')} unit={t('unit.hours')} min={1} value={spec.first_open_hours} disabled={disabled} onChange={(v) => onChange({ ...spec, first_open_hours: v })} />
        <NumberRow label={t('followUp.contact')} hint={t('followUp.contactHint')} unit={t('unit.hours')} min={1} value={spec.contact_hours} disabled={disabled} onChange={(v) => onChange({ ...spec, contact_hours: v })} />
        <SwitchRow label={t('followUp.workingTime')} hint={t('followUp.workingTimeHint')} value={Boolean(spec.working_time)} disabled={disabled} onChange={(working_time) => onChange({ ...spec, working_time })} />
      </section>
      <section className="config-section">
        <h3>{t('followUp.breach')}</h3>
        <SwitchRow label={t('followUp.notify')} value={Boolean(breach.notify_owner)} disabled={disabled} onChange={(v) => setBreach({ notify_owner: v })} />
        <SwitchRow label={t('followUp.copy')} value={Boolean(breach.copy_supervisor)} disabled={disabled} onChange={(v) => setBreach({ copy_supervisor: v })} />
        <NumberRow label={t('followUp.escalate')} hint={t('followUp.blankOff')} unit={t('unit.hours')} min={1} value={breach.escalate_after_hours} disabled={disabled} onChange={(v) => setBreach({ escalate_after_hours: v })} />
        <NumberRow label={t('followUp.back')} hint={t('followUp.blankOff')} unit={t('unit.hours')} min={1} value={breach.return_to_pool_after_hours} disabled={disabled} onChange={(v) => setBreach({ return_to_pool_after_hours: v })} />
      </section>
    </>
  )
}
