import { App, Button, Progress } from 'antd'
import { useQueryClient } from '@tanstack/react-query'
import { useEffect } from 'react'
import { useTranslation } from 'react-i18next'
import { useJob } from '../../api/jobs'
import { keys } from '../../api/keys'
import { useCancelRetype } from '../../api/objects'
import { span } from '../../parts/format'
import { problemText } from '../../parts/problem'
import type { FieldSpec } from './spec'

/** A change of type under way: how far, how long still, and the way out. */
export function RetypeLine({ object, field, disabled }: { object: string; field: FieldSpec; disabled: boolean }) {
  const { t } = useTranslation()
  const { message } = App.useApp()
  const client = useQueryClient()
  const { data } = useJob(field.retype?.job ?? '')
  const cancel = useCancelRetype(object)
  const over = data?.state === 'done' || data?.state === 'failed'
  useEffect(() => {
    if (!over) return
    void client.invalidateQueries({ queryKey: keys.definitions })
    void client.invalidateQueries({ queryKey: keys.meta })
  }, [over, client])
  return (
    <div className="finding finding-info retype-line" role="status" data-testid="retype-line">
      <div>{t('objects.retypeRunning', { type: t(`fieldType.${field.retype?.type ?? ''}`, { defaultValue: field.retype?.type }) })}</div>
      <Progress size="small" percent={Math.floor((data?.progress ?? 0) * 100)} aria-label={t('objects.retyping')} />
      <div className="row">
        <span className="muted small grow">{data?.eta_seconds ? t('objects.left', { time: span(data.eta_seconds * 1000) }) : t('objects.writesGoOn')}</span>
        <Button size="small" disabled={disabled || over} loading={cancel.isPending} onClick={() => cancel.mutate(field.name, { onError: (e) => void message.error(problemText(e)) })}>{t('action.cancel')}</Button>
      </div>
    </div>
  )
}
