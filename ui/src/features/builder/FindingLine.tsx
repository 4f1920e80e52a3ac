import { useTranslation } from 'react-i18next'
import type { Finding } from '../../api/builder'

/** One thing the check found, said at its place, and mended with one click where that can be. */
export function FindingLine({ finding, place, onRemedy }: { finding: Finding; place?: string; onRemedy?: () => void }) {
  const { t } = useTranslation()
  return (
    <div className={`finding finding-${finding.severity}`} role="alert" data-testid="finding" data-code={finding.code}>
      {place ? <div className="problem-place">{place}</div> : null}
      <div>{finding.message}</div>
      {finding.hint ? <div className="problem-hint">{finding.hint}</div> : null}
      {finding.remedy && onRemedy ? <button type="button" className="link" onClick={onRemedy}>{t('builder.mend', { label: finding.remedy.label })}</button> : null}
    </div>
  )
}
