import { Button } from 'antd'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { clock } from '../../parts/clock'
import { instant } from '../../parts/format'
import { When } from '../pool/When'
import { laterChoices } from './times'

interface Props { busy: boolean; onPick: (at: string) => void }

/** When again: the near moments by one tap, any other by the calendar. */
export function LaterChoices({ busy, onPick }: Props) {
  const { t } = useTranslation()
  const [choices] = useState(() => laterChoices(clock.read()))
  const [other, setOther] = useState<string | null>(null)
  const [picking, setPicking] = useState(false)
  return (
    <div className="later">
      <div className="later-grid">
        {choices.map((c) => (
          <Button key={c.key} disabled={busy} className="later-choice" data-testid={`later-${c.key}`} onClick={() => onPick(c.at)}>
            <span>{t(`today.later.${c.key}`)}</span>
            <span className="muted small num">{instant(c.at, clock.read()).replace(/:\d\d$/, '')}</span>
          </Button>
        ))}
      </div>
      {picking ? (
        <div className="later-other">
          <When label={t('today.later.other')} value={other} onChange={setOther} days={[]} />
          <Button type="primary" disabled={!other || busy} onClick={() => { if (other) onPick(other) }}>{t('today.later.set')}</Button>
        </div>
      ) : <Button type="link" onClick={() => setPicking(true)}>{t('today.later.other')}</Button>}
    </div>
  )
}
