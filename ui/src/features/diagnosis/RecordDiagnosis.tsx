import { CheckCircleOutlined } from '@ant-design/icons'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { Link } from 'react-router'
import { useRecordDiagnosis, type Offer } from '../../api/diagnosis'
import { Card, PageHead } from '../../parts/PageHead'
import { Failed, Loading } from '../../parts/States'
import { AdoptModal } from './AdoptModal'
import { FaultCard } from './FaultCard'

/** 为什么没分配, of one lead. back: the person may see the period's diagnosis. */
export function RecordDiagnosis({ id, back }: { id: string; back: boolean }) {
  const { t } = useTranslation()
  const one = useRecordDiagnosis('lead', id)
  const [adopting, setAdopting] = useState<Offer | null>(null)
  const head = (title: string) => <PageHead title={title} extra={back ? <Link to="/diagnosis">{t('diagnosis.toPeriod')}</Link> : null} />
  if (one.isPending) return <>{head(t('diagnosis.title'))}<Loading rows={6} /></>
  if (one.isError) return <>{head(t('diagnosis.title'))}<Failed error={one.error} retry={() => void one.refetch()} /></>
  const { data } = one
  return (
    <>
      {head(t(data.owner ? 'diagnosis.oneOwned' : 'diagnosis.oneTitle', { title: data.title }))}
      <Card className="diagnosis-about" testid="diagnosis-one">
        <p><Link to={`/objects/lead/${encodeURIComponent(id)}`}>{data.title}</Link></p>
        {data.owner ? <p>{t('diagnosis.ownedBy', { name: data.owner.name })}</p> : null}
        {data.happened ? <p>{data.happened}</p> : null}
        {data.today ? <p>{data.today}</p> : null}
        {data.happened || data.today ? null : <p className="muted">{t('diagnosis.hidden')}</p>}
      </Card>
      {data.faults.length > 0 ? (
        <ol className="diagnosis-list">
          {data.faults.map((f) => <li key={`${f.kind}/${f.name}${f.pointer}${f.code}`}><FaultCard fault={f} onAdopt={setAdopting} /></li>)}
        </ol>
      ) : data.today ? <p className="diagnosis-fine"><CheckCircleOutlined aria-hidden className="ok" /> {t('diagnosis.oneFine')}</p> : null}
      {adopting ? <AdoptModal offer={adopting} onClose={() => setAdopting(null)} /> : null}
    </>
  )
}
