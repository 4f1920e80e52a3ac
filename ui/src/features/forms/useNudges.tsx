import { App, Button } from 'antd'
import { useCallback } from 'react'
import { useTranslation } from 'react-i18next'
import { useNavigate } from 'react-router'
import type { InboxItem } from '../../api/types'

const seconds = 20

/** Shows what cannot wait in the inbox: a customer who is doing something right now. */
export function useNudges(): (item: Partial<InboxItem>) => void {
  const { t } = useTranslation()
  const { notification } = App.useApp()
  const navigate = useNavigate()
  return useCallback((item) => {
    if (item.kind !== 'nudge' || !item.id || !item.title) return
    const key = item.id
    const open = (): void => {
      notification.destroy(key)
      if (item.object && item.record_id) void navigate(`/objects/${item.object}/${item.record_id}`)
    }
    notification.warning({
      key, duration: seconds, title: item.title, description: item.body, placement: 'topRight', role: 'alert',
      actions: item.object && item.record_id ? <Button type="primary" size="small" onClick={open}>{t('hosted.goLook')}</Button> : undefined,
    })
  }, [notification, navigate, t])
}
