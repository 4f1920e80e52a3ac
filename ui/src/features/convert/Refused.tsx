import { Alert, Button, Input } from 'antd'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { Problem } from '../../api/client'
import { useMeta, useSession } from '../../api/session'
import type { ObjectMeta } from '../../api/types'
import { titled } from '../../i18n/titled'

interface Props { problem: Problem; object: ObjectMeta; saving: boolean; onSave: (more: Record<string, unknown>) => void }

/** A record that a validation stopped: why, and the ways on, each one click. */
export function Refused({ problem, object, saving, onSave }: Props) {
  const { t } = useTranslation()
  const meta = useMeta()
  const { rights } = useSession()
  const [reason, setReason] = useState('')
  const item = problem.errors.find((e) => e.kind === 'validation')
  const rule = meta.validations.find((v) => v.name === item?.name)
  if (!item || !rule) return null
  const asks = item.code?.endsWith('_branch') && rule.confirm
  const offer = Object.entries(rule.offer ?? {})
  const label = (name: string, value: unknown): string => {
    const option = object.fields.find((f) => f.name === name)?.options?.find((o) => o.value === value)
    return titled(option?.title, String(value))
  }
  const pass = (): void => {
    if (reason.trim()) onSave({ [rule.pass?.reason ?? '']: reason.trim() })
  }
  return (
    <Alert
      type="warning" role="alert" showIcon className="refused" data-testid="refused"
      title={titled(rule.title, rule.name)}
      description={
        <>
          <p>{item.message}</p>
          <div className="row">
            {offer.length > 0 ? <Button type="primary" loading={saving} onClick={() => onSave(rule.offer ?? {})}>{t('convert.check.offer', { value: offer.map(([n, v]) => label(n, v)).join('、') })}</Button> : null}
            {asks ? <Button loading={saving} onClick={() => onSave({ [rule.confirm ?? '']: true })}>{t('convert.check.confirm')}</Button> : null}
          </div>
          {!asks && rule.pass && rights.includes(rule.pass.right) ? (
            <div className="refused-pass">
              <Input aria-label={t('convert.check.reason')} placeholder={t('convert.check.reason')} value={reason} onChange={(e) => setReason(e.target.value)} onPressEnter={(e) => { e.preventDefault(); pass() }} />
              <Button onClick={pass} disabled={!reason.trim()} loading={saving}>{t('convert.check.pass')}</Button>
            </div>
          ) : !asks && rule.pass ? <p className="muted small">{t('convert.check.finance')}</p> : null}
        </>
      }
    />
  )
}
