import { useTranslation } from 'react-i18next'
import { NumberRow, SwitchRow } from './parts'
import type { DuplicateSpec, FormProps } from './specs'

const pro = ['phone', 'email', 'credit_code', 'company', 'similar', 'branch', 'contact_region']
const contra = ['other_credit_code', 'other_people']

export function DuplicateForm({ spec, onChange, disabled }: FormProps<DuplicateSpec>) {
  const { t } = useTranslation()
  const points = t('duplicates.spec.points')
  const weight = (name: string) => (
    <NumberRow key={name} label={t(`duplicates.spec.${name}`)} unit={points} min={0} value={spec.weights[name] ?? 0} disabled={disabled} onChange={(v) => onChange({ ...spec, weights: { ...spec.weights, [name]: v ?? 0 } })} />
  )
  return (
    <>
      <section className="config-section">
        <SwitchRow label={t('duplicates.spec.enabled')} value={spec.enabled} disabled={disabled} onChange={(enabled) => onChange({ ...spec, enabled })} />
        <NumberRow label={t('duplicates.spec.suggest')} unit={points} min={1} value={spec.suggest_from} disabled={disabled} onChange={(v) => onChange({ ...spec, suggest_from: v ?? 50 })} />
        <NumberRow label={t('duplicates.spec.sure')} unit={points} min={1} value={spec.sure_from} disabled={disabled} onChange={(v) => onChange({ ...spec, sure_from: v ?? 85 })} />
        <NumberRow label={t('duplicates.spec.like')} hint={t('duplicates.spec.likeHint')} unit="%" min={50} value={Math.round(spec.similar_from * 100)} disabled={disabled} onChange={(v) => onChange({ ...spec, similar_from: (v ?? 70) / 100 })} />
      </section>
      <section className="config-section">
        <h3 className="section-title">{t('duplicates.spec.pro')}</h3>
        {pro.map(weight)}
      </section>
      <section className="config-section">
        <h3 className="section-title">{t('duplicates.spec.contra')}</h3>
        {contra.map(weight)}
      </section>
    </>
  )
}
