import { CheckOutlined, CopyOutlined } from '@ant-design/icons'
import { App, Button } from 'antd'
import { useEffect, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { toClipboard } from '../scripts/clipboard'

const shownFor = 2000

/** A text with a button that copies it. */
export function CopyLine({ text, label }: { text: string; label: string }) {
  const { t } = useTranslation()
  const { message } = App.useApp()
  const [copied, setCopied] = useState(false)
  useEffect(() => {
    if (!copied) return
    const timer = setTimeout(() => setCopied(false), shownFor)
    return () => clearTimeout(timer)
  }, [copied])
  const copy = async (): Promise<void> => {
    if (await toClipboard(text)) setCopied(true)
    else void message.error(t('scripts.copyFailed'))
  }
  return (
    <div className="copy-line">
      <code>{text}</code>
      <Button disabled={false} icon={copied ? <CheckOutlined aria-hidden /> : <CopyOutlined aria-hidden />} onClick={() => void copy()}><span aria-live="polite">{copied ? t('scripts.copied') : label}</span></Button>
    </div>
  )
}
