import { Button, Segmented } from 'antd'
import { CheckCircleOutlined } from '@ant-design/icons'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useSearchParams } from 'react-router'
import { useDiagnosis, type Offer } from '../../api/diagnosis'
import { Card, PageHead } from '../../parts/PageHead'
import { Empty, Failed, Loading } from '../../parts/States'
import { AdoptModal } from './AdoptModal'
import { FaultCard } from './FaultCard'

const choices = [7, 30, 90]

export function PeriodDiagnosis() {
  const { t } = useTranslation()
  const [params, setParams] = useSearchParams()
  const asked = Number(params.get('days'))
  const days = choices.includes(asked) ? asked : 30
  const report = useDiagnosis(days)
  const [adopting, setAdopting] = useState<Offer | null>(null)
  return (
    <>
      <PageHead title={t('diagnosis.title')} extra={<span>{t('diagnosis.help')}</span>}>
        <Segmented
          aria-label={t('diagnosis.period')}
          value={days}
          options={choices.map((n) => ({ value: n, label: t('diagnosis.lastDays', { n }) }))}
          onChange={(n) => setParams({ days: String(n) }, { replace: true })}
        />
      </PageHead>
      {report.isPending ? <Loading rows={8} /> : report.isError ? <Failed error={report.error} retry={() => void report.refetch()} /> : (
        <>
          <dl className="diagnosis-figures" data-testid="diagnosis-figures">
            <Figure label={t('diagnosis.examined')} value={report.data.examined} />
            <Figure label={t('diagnosis.unassigned')} value={report.data.unassigned} />
            <Figure label={t('diagnosis.still')} value={report.data.still} />
            <Figure label={t('diagnosis.found')} value={report.data.faults.length} />
          </dl>
          {report.data.truncated ? <p className="muted">{t('diagnosis.truncated', { n: report.data.examined })}</p> : null}
          {report.data.examined === 0 && report.data.faults.length === 0 ? <Empty title={t('diagnosis.empty')} text={t('diagnosis.emptyText')} />
            : report.data.faults.length === 0 ? (
              <Card><p className="diagnosis-fine" data-testid="diagnosis-fine"><CheckCircleOutlined aria-hidden className="ok" /> {report.data.still > 0 ? t('diagnosis.fineSome', { n: report.data.still }) : t('diagnosis.fine')}</p></Card>
            ) : (
              <>
                {report.data.all ? (
                  <Card className="diagnosis-all" testid="diagnosis-all">
                    <span>{t('diagnosis.allAfter', { days, before: report.data.all.unassigned_before, after: report.data.all.unassigned_after })}</span>
                    <Button type="primary" onClick={() => setAdopting(report.data.all ?? null)}>{t('diagnosis.adoptAll')}</Button>
                  </Card>
                ) : null}
                <ol className="diagnosis-list">
                  {report.data.faults.map((f) => (
                    <li key={`${f.kind}/${f.name}${f.pointer}${f.code}`}><FaultCard fault={f} days={days} onAdopt={setAdopting} /></li>
                  ))}
                </ol>
              </>
            )}
        </>
      )}
      {adopting ? <AdoptModal offer={adopting} days={days} onClose={() => setAdopting(null)} /> : null}
    </>
  )
}

function Figure({ label, value }: { label: string; value: number }) {
  return <div><dt>{label}</dt><dd>{value}</dd></div>
}
