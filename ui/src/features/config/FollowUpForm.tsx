import { Input, Select } from 'antd'
import { useTranslation } from 'react-i18next'
import { NumberRow, Row, SwitchRow } from './parts'
import { SegmentSection } from './SegmentSection'
import type { FollowUpSpec, FormProps } from './specs'

export function FollowUpForm({ spec, onChange, disabled }: FormProps<FollowUpSpec>) {
  const { t } = useTranslation()
  const breach = spec.on_breach ?? {}
  const nudge = spec.nudge ?? { hours: 2, quiet_minutes: 30 }
  const setNudge = (changes: Partial<NonNullable<FollowUpSpec['nudge']>>): void => onChange({ ...spec, nudge: { ...nudge, ...changes } })
  const nudgesOnly = Boolean(spec.nudge) && !spec.first_open_hours && !spec.contact_hours
  const setBreach = (changes: FollowUpSpec['on_breach']): void => onChange({ ...spec, on_breach: { ...breach, ...changes } })
  return (
    <>
      <section className="config-section">
        <SwitchRow label={t('followUp.enabled')} value={spec.enabled} disabled={disabled} onChange={(enabled) => onChange({ ...spec, enabled })} />
        {nudgesOnly ? <p className="muted small">{t('hosted.nudgesOnly')}</p> : <>
        <NumberRow label={t('followUp.firstOpen')} hint={t('followUp.firstOpenHint')} unit={t('unit.hours')} min={1} value={spec.first_open_hours} disabled={disabled} onChange={(v) => onChange({ ...spec, first_open_hours: v })} />
        <NumberRow label={t('followUp.contact')} hint={t('followUp.contactHint')} unit={t('unit.hours')} min={1} value={spec.contact_hours} disabled={disabled} onChange={(v) => onChange({ ...spec, contact_hours: v })} />
        </>}
        <SwitchRow label={t('followUp.workingTime')} hint={t('followUp.workingTimeHint')} value={Boolean(spec.working_time)} disabled={disabled} onChange={(working_time) => onChange({ ...spec, working_time })} />
      </section>
      <SegmentSection object={spec.object} value={spec.when} disabled={disabled} onChange={(when) => onChange({ ...spec, when })} />
      <section className="config-section">
        <Row label={t('today.quick')} hint={t('today.quickHint')}>
          <Select mode="tags" open={false} suffixIcon={null} aria-label={t('today.quick')} style={{ width: 320, maxWidth: '100%' }} tokenSeparators={['\n']} value={spec.quick_notes ?? []} disabled={disabled} onChange={(quick_notes: string[]) => onChange({ ...spec, quick_notes })} placeholder={t('today.quickExample')} />
        </Row>
      </section>
      <section className="config-section">
        <h3>{t('hosted.nudge')}</h3>
        <p className="muted small">{t('hosted.nudgeHint')}</p>
        <NumberRow label={t('hosted.nudgeHours')} hint={t('hosted.nudgeHoursHint')} unit={t('unit.hours')} value={nudge.hours} disabled={disabled} onChange={(v) => setNudge({ hours: v ?? 0 })} />
        <NumberRow label={t('hosted.quiet')} hint={t('hosted.quietHint')} unit={t('hosted.minutes')} value={nudge.quiet_minutes} disabled={disabled} onChange={(v) => setNudge({ quiet_minutes: v ?? 0 })} />
        <Row label={t('hosted.nudgeText')} hint={t('hosted.nudgeTextHint')}>
          <Input.TextArea aria-label={t('hosted.nudgeText')} style={{ width: 320, maxWidth: '100%' }} autoSize={{ minRows: 2, maxRows: 4 }} maxLength={200} placeholder={t('hosted.nudgeTextExample')} value={nudge.text ?? ''} disabled={disabled} onChange={(e) => setNudge({ text: e.target.value || undefined })} />
        </Row>
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
