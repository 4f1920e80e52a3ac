import { useTranslation } from 'react-i18next'
import { useSearchParams } from 'react-router'
import { useRight } from '../../api/session'
import { PageHead } from '../../parts/PageHead'
import { NoRight } from '../../parts/States'
import { PeriodDiagnosis } from './PeriodDiagnosis'
import { RecordDiagnosis } from './RecordDiagnosis'
import './diagnosis.css'

/** 分配诊断: of a period, or of the one lead that the address names. */
export default function DiagnosisPage() {
  const { t } = useTranslation()
  const [params] = useSearchParams()
  const allowed = useRight('definitions.write')
  const lead = params.get('lead')
  if (lead) return <div className="page"><RecordDiagnosis id={lead} back={allowed} /></div>
  if (!allowed) return <div className="page"><PageHead title={t('diagnosis.title')} /><NoRight /></div>
  return <div className="page"><PeriodDiagnosis /></div>
}
