import { Button } from 'antd'
import { useTranslation } from 'react-i18next'
import { group, type Condition } from '../../api/condition'
import { ConditionEditor } from '../../parts/ConditionEditor'
import { useObjectTerms } from './useTerms'

interface Props { object: string; value?: Condition | null; disabled: boolean; onChange: (when: Condition | undefined) => void }

/** Which records a rule speaks of: all of them, or those that meet a condition. Of several rules the first by name that matches counts. */
export function SegmentSection({ object, value, disabled, onChange }: Props) {
  const { t } = useTranslation()
  const terms = useObjectTerms(object)
  const limited = Boolean(value && Object.keys(value).length > 0)
  return (
    <section className="config-section">
      <h3>{t('config.segment')}</h3>
      <p className="muted small">{t(limited ? 'config.segmentSome' : 'config.segmentAll')}</p>
      {limited ? (
        <>
          <ConditionEditor terms={terms} value={value} label={t('config.segment')} onChange={onChange} />
          <Button type="link" disabled={disabled} onClick={() => onChange(undefined)}>{t('config.segmentClear')}</Button>
        </>
      ) : <Button disabled={disabled} onClick={() => onChange(group('all', []))}>{t('config.segmentLimit')}</Button>}
    </section>
  )
}
