import { Alert, App, Button, Input } from 'antd'
import { useState, type RefObject } from 'react'
import { useTranslation } from 'react-i18next'
import { useRecordAction } from '../../api/records'
import { problemText } from '../../parts/problem'
import { usePhone } from '../../parts/usePhone'

const ways = ['phone', 'wecom', 'visit', 'email', 'other'] as const
type Way = (typeof ways)[number]

/** One contact written down. Way and note are both needed: without them nothing counts as contacted. */
export function Composer({ object, id, box }: { object: string; id: string; box: RefObject<HTMLDivElement | null> }) {
  const { t } = useTranslation()
  const { message } = App.useApp()
  const phone = usePhone()
  const [way, setWay] = useState<Way | null>(null)
  const [note, setNote] = useState('')
  const [missing, setMissing] = useState<string | null>(null)
  const action = useRecordAction(object, id)
  const submit = (): void => {
    if (!way || !note.trim()) {
      setMissing(t(!way ? 'contacted.needWay' : 'contacted.needNote'))
      return
    }
    setMissing(null)
    action.mutate({ action: 'contacted', body: { way, note: note.trim() } }, {
      onSuccess: () => {
        setNote('')
        setWay(null)
        void message.success(t('contacted.done'))
      },
    })
  }
  const problem = missing ?? (action.error ? problemText(action.error) : null)
  return (
    <div
      className="composer"
      ref={box}
      onKeyDown={(e) => { if (e.key === 'Enter' && (e.ctrlKey || e.metaKey)) submit() }}
    >
      <Input.TextArea aria-label={t('contacted.note')} placeholder={t('contacted.placeholder')} variant="borderless" autoSize={{ minRows: 1, maxRows: 8 }} value={note} onChange={(e) => { setNote(e.target.value); setMissing(null) }} />
      <div className="composer-foot">
        <div className="composer-ways" role="radiogroup" aria-label={t('contacted.way')}>
          {ways.map((w) => (
            <button key={w} type="button" role="radio" aria-checked={way === w} className="way" onClick={() => { setWay(w); setMissing(null) }}>{t(`way.${w}`)}</button>
          ))}
        </div>
        <Button type={way || note || phone ? 'primary' : 'default'} data-testid="contacted-submit" loading={action.isPending} onClick={submit}>{t('record.contacted')}</Button>
      </div>
      {problem ? <Alert type="error" role="alert" title={problem} showIcon className="composer-problem" /> : null}
    </div>
  )
}
