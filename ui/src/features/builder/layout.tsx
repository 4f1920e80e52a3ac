import { Button } from 'antd'
import { useState, type ReactNode } from 'react'
import { useTranslation } from 'react-i18next'
import { usePhone } from '../../parts/usePhone'

export interface Step { key: string; title: string; content: ReactNode }

/** What a builder is made of; steps are the same parts one after another on a narrow screen. */
export interface Parts { palette: ReactNode; main: ReactNode; settings: ReactNode; steps: Step[] }

/** Left what can be dragged, in the middle the thing itself, right its settings, at the bottom what it says and would do; steps on a phone. */
export function BuilderLayout({ parts, bottom, last, at: given, onAt }: { parts: Parts; bottom: ReactNode; last: Step; at?: number; onAt?: (step: number) => void }) {
  const { t } = useTranslation()
  const phone = usePhone()
  const [own, setOwn] = useState(0)
  const at = given ?? own
  const setAt = onAt ?? setOwn
  if (!phone) {
    return (
      <div className="build">
        {parts.palette}
        <div className="build-main">{parts.main}</div>
        <aside className="build-side" aria-label={t('builder.settings')}>{parts.settings}</aside>
        <div className="build-bottom">{bottom}</div>
      </div>
    )
  }
  const steps = [...parts.steps, last]
  const step = steps[Math.min(at, steps.length - 1)]
  return (
    <div className="build-steps">
      <ol className="step-bar" aria-label={t('builder.steps')}>
        {steps.map((s, i) => <li key={s.key}><button type="button" aria-current={i === at ? 'step' : undefined} onClick={() => setAt(i)}><span className="badge-no">{i + 1}</span>{s.title}</button></li>)}
      </ol>
      <div key={step?.key}>{step?.content}</div>
      <div className="step-foot">
        <Button disabled={at === 0} onClick={() => setAt(at - 1)}>{t('builder.back')}</Button>
        <Button type="primary" ghost disabled={at === steps.length - 1} onClick={() => setAt(at + 1)}>{t('config.next')}</Button>
      </div>
    </div>
  )
}
