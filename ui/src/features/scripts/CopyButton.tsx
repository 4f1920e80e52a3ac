import { CheckOutlined, CopyOutlined } from '@ant-design/icons'
import { App, Button } from 'antd'
import { useEffect, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useCountUse, type Script } from '../../api/scripts'
import { problemText } from '../../parts/problem'
import { toClipboard } from './clipboard'

const shownFor = 2000

/** Copies a script's answer and counts the use. */
export function CopyButton({ script }: { script: Script }) {
  const { t } = useTranslation()
  const { message } = App.useApp()
  const count = useCountUse()
  const [copied, setCopied] = useState(false)
  useEffect(() => {
    if (!copied) return
    const timer = setTimeout(() => setCopied(false), shownFor)
    return () => clearTimeout(timer)
  }, [copied])
  const copy = async (): Promise<void> => {
    if (!(await toClipboard(script.answer ?? ''))) {
      void message.error(t('scripts.copyFailed'))
      return
    }
    setCopied(true)
    count.mutate({ id: script.id, key: `${Date.now()}-${Math.random().toString(36).slice(2)}` }, {
      onError: (error) => void message.warning(t('scripts.countFailed', { reason: problemText(error) })),
    })
  }
  return (
    <Button size="small" className="script-copy" icon={copied ? <CheckOutlined aria-hidden /> : <CopyOutlined aria-hidden />} aria-label={t('scripts.copyOf', { question: script.question })} onClick={() => void copy()}>
      <span aria-live="polite">{t(copied ? 'scripts.copied' : 'scripts.copy')}</span>
    </Button>
  )
}
