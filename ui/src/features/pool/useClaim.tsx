import { App } from 'antd'
import { useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useNavigate } from 'react-router'
import { api, recordPath } from '../../api/client'
import { keys } from '../../api/keys'
import { problemText } from '../../parts/problem'

/** Takes a record from the pool, and says so with the ways on and back; busy is the one being taken. */
export function useClaim(object: string): { busy: string; claim: (id: string) => void } {
  const { t } = useTranslation()
  const { message } = App.useApp()
  const navigate = useNavigate()
  const client = useQueryClient()
  const [busy, setBusy] = useState('')
  const again = (): void => { for (const queryKey of [keys.list(object), keys.today]) void client.invalidateQueries({ queryKey }) }
  const undo = (id: string): void => {
    message.destroy(id)
    api.post(recordPath(object, id, ':return'), { reason: t('pool.undoReason') }).then(() => void message.success(t('pool.undone')), (error: unknown) => void message.error(problemText(error))).finally(again)
  }
  const claim = (id: string): void => {
    setBusy(id)
    api.post(recordPath(object, id, ':claim'), {}).then(
      () => void message.open({ key: id, type: 'success', duration: 8, content: <>{t('record.claimed')} <button type="button" className="link" onClick={() => { message.destroy(id); void navigate(`/objects/${object}/${id}`) }}>{t('pool.open')}</button> <button type="button" className="link" onClick={() => undo(id)}>{t('scripts.undo')}</button></> }),
      (error: unknown) => void message.error(problemText(error)),
    ).finally(() => { setBusy(''); again() })
  }
  return { busy, claim }
}
