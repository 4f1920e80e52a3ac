import { Alert, Input, Modal } from 'antd'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { problemText } from '../../parts/problem'

/** Data goes for good only when its name is typed. */
export function PurgeModal({ title, text, pending, error, onPurge, onClose }: { title: string; text: string; pending: boolean; error: unknown; onPurge: () => void; onClose: () => void }) {
  const { t } = useTranslation()
  const [typed, setTyped] = useState('')
  const ok = typed.trim() === title
  return (
    <Modal open title={t('objects.purgeTitle', { title })} okText={t('objects.purge')} cancelText={t('action.cancel')} okButtonProps={{ danger: true, disabled: !ok, loading: pending }} onOk={onPurge} onCancel={onClose}>
      <p>{text}</p>
      <label className="muted" htmlFor="purge-name">{t('objects.purgeType', { title })}</label>
      <Input id="purge-name" autoFocus value={typed} onChange={(e) => setTyped(e.target.value)} onPressEnter={() => { if (ok) onPurge() }} />
      {error ? <Alert className="purge-error" type="error" role="alert" showIcon title={problemText(error)} /> : null}
    </Modal>
  )
}
