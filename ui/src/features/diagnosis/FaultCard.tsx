import { Button } from 'antd'
import { useTranslation } from 'react-i18next'
import { Link } from 'react-router'
import type { Fault, Offer } from '../../api/diagnosis'
import { Chip } from '../../parts/Chip'
import { Card } from '../../parts/PageHead'

const tones = { error: 'red', warning: 'amber', info: 'neutral' } as const

/** One fault: what is wrong and where, how many it holds back, and its remedy with what a trial of it gave. days is missing for one lead. */
export function FaultCard({ fault, days, onAdopt }: { fault: Fault; days?: number; onAdopt: (offer: Offer) => void }) {
  const { t } = useTranslation()
  const { remedy } = fault
  return (
    <Card className="diagnosis-fault" testid="diagnosis-fault">
      <div className="diagnosis-fault-head">
        <Chip tone={tones[fault.severity]}>{t(`diagnosis.severity.${fault.severity}`)}</Chip>
        <Link to={`/config/${fault.kind}/${fault.name}`}>{t(`kind.${fault.kind}`, { defaultValue: fault.kind })} · {fault.title}</Link>
        {days ? <strong className="diagnosis-held">{t('diagnosis.held', { n: fault.held })}</strong> : null}
      </div>
      <p className="diagnosis-message">{fault.message}</p>
      {fault.hint ? <p className="diagnosis-hint">{fault.hint}</p> : null}
      {days && fault.examples.length > 0 ? (
        <p className="diagnosis-examples">
          {t('diagnosis.examples')}
          {fault.examples.map((e) => <Link key={e.id} to={`/diagnosis?lead=${encodeURIComponent(e.id)}`}>{e.title || e.id}</Link>)}
        </p>
      ) : null}
      {remedy ? (
        <div className="diagnosis-remedy">
          <div>
            <div>{t('diagnosis.remedy', { label: remedy.label })}</div>
            <div className="diagnosis-after">
              {days ? t('diagnosis.after', { days, before: remedy.unassigned_before, after: remedy.unassigned_after })
                : t(remedy.unassigned_after === 0 ? 'diagnosis.oneAfter' : 'diagnosis.oneStill')}
              {days && fault.held > 0 ? ` · ${t('diagnosis.heldAfter', { before: fault.held, after: remedy.held_after })}` : ''}
            </div>
          </div>
          <Button onClick={() => onAdopt(remedy)}>{t('diagnosis.review')}</Button>
        </div>
      ) : null}
    </Card>
  )
}
