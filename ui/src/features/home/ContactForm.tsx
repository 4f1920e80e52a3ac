import { Alert, Button, Input } from 'antd'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { problemText } from '../../parts/problem'

export const ways = ['phone', 'wecom', 'visit', 'email', 'other'] as const
export type Way = (typeof ways)[number]

interface Props { way?: Way; quick: string[]; busy: boolean; error: unknown; onSubmit: (way: Way, note: string) => void }

/** Way and note of a contact: both by one tap each where the usual words fit. */
export function ContactForm({ way: fixed, quick, busy, error, onSubmit }: Props) {
  const { t } = useTranslation()
  const [way, setWay] = useState<Way>(fixed ?? 'phone')
  const [note, setNote] = useState('')
  const [missing, setMissing] = useState(false)
  const submit = (): void => {
    if (note.trim()) onSubmit(way, note.trim())
    else setMissing(true)
  }
  const add = (words: string): void => {
    setMissing(false)
    setNote((was) => (was.includes(words) ? was : was.trim() ? `${was.trim()}${t('today.noteJoin')}${words}` : words))
  }
  return (
    <div className="contact-form" onKeyDown={(e) => { if (e.key === 'Enter' && (e.ctrlKey || e.metaKey)) submit() }}>
      <div className="contact-ways" role="radiogroup" aria-label={t('contacted.way')}>
        {ways.map((w) => <button key={w} type="button" role="radio" aria-checked={way === w} className="way" onClick={() => setWay(w)}>{t(`way.${w}`)}</button>)}
      </div>
      {quick.length > 0 ? <div className="quick-notes">{quick.map((q) => <button key={q} type="button" className="quick-note" data-testid="quick-note" onClick={() => add(q)}>{q}</button>)}</div> : null}
      <Input.TextArea aria-label={t('contacted.note')} placeholder={t('contacted.placeholder')} autoSize={{ minRows: 2, maxRows: 6 }} maxLength={2000} value={note} onChange={(e) => { setNote(e.target.value); setMissing(false) }} />
      {missing || error ? <Alert type="error" role="alert" showIcon title={missing ? t('contacted.needNote') : problemText(error)} /> : null}
      <Button type="primary" size="large" block loading={busy} data-testid="today-contacted" onClick={submit}>{t('record.contacted')}</Button>
    </div>
  )
}
