import { EyeOutlined } from '@ant-design/icons'
import { App, Button } from 'antd'
import { useQueryClient } from '@tanstack/react-query'
import { useEffect } from 'react'
import { useTranslation } from 'react-i18next'
import { Problem } from '../../api/client'
import { viewing } from '../../api/viewing'
import { useSession } from '../../api/session'
import './viewing.css'

/** Stands over every page while the system is seen as another person: who, until when, and the way out. */
export function ViewingBanner() {
  const { t, i18n } = useTranslation()
  const { message } = App.useApp()
  const client = useQueryClient()
  const { user } = useSession()
  const as = viewing.current()
  useEffect(() => {
    if (!as) return
    const over = setTimeout(viewing.leave, Math.max(0, as.until - Date.now()))
    // Whatever was pressed, the refusal is said, also where the page itself would keep silent.
    const heard = client.getMutationCache().subscribe((event) => {
      const error = event.type === 'updated' && event.action.type === 'error' ? event.action.error : null
      if (error instanceof Problem && error.code === 'view_as_read_only') void message.open({ type: 'warning', key: 'viewing', content: error.detail })
    })
    return () => {
      clearTimeout(over)
      heard()
    }
  }, [as, client, message])
  if (!as) return null
  const until = new Date(as.until).toLocaleTimeString(i18n.language === 'en' ? 'en-GB' : 'zh-CN', { hour: '2-digit', minute: '2-digit' })
  return (
    <div className="viewing-banner" role="status" data-testid="viewing">
      <EyeOutlined aria-hidden />
      <span className="grow">{t('viewing.banner', { name: user.name, until })}</span>
      <Button size="small" onClick={viewing.leave}>{t('viewing.end')}</Button>
    </div>
  )
}
