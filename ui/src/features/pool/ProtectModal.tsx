import { Alert, App, Form, Input, Modal } from 'antd'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useRecordAction } from '../../api/records'
import { problemText } from '../../parts/problem'
import { When } from './When'
import './pool.css'

/** Marks a record of one's own 待回访 until an instant. */
export function ProtectModal({ object, id, until, onClose }: { object: string; id: string; until?: string; onClose: () => void }) {
  const { t } = useTranslation()
  const { message } = App.useApp()
  const [at, setAt] = useState<string | null>(until ?? null)
  const [note, setNote] = useState('')
  const action = useRecordAction(object, id)
  const submit = (): void => action.mutate({ action: 'protect', body: { until: at, note } }, { onSuccess: () => { void message.success(t('pool.protected')); onClose() } })
  return (
    <Modal open title={t('pool.protect')} okText={t('pool.protectOk')} cancelText={t('action.cancel')} okButtonProps={{ disabled: !at, loading: action.isPending }} onOk={submit} onCancel={onClose}>
      <p className="muted pool-help">{t('pool.protectHelp')}</p>
      <Form layout="vertical">
        <Form.Item label={t('pool.until')}><When label={t('pool.until')} value={at} onChange={setAt} /></Form.Item>
        <Form.Item label={t('pool.protectNote')}><Input.TextArea aria-label={t('pool.protectNote')} rows={2} maxLength={500} value={note} onChange={(e) => setNote(e.target.value)} /></Form.Item>
        {action.error ? <Alert type="error" role="alert" showIcon title={problemText(action.error)} /> : null}
      </Form>
    </Modal>
  )
}
