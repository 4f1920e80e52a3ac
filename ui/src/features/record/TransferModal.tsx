import { Alert, App, Form, Input, Modal } from 'antd'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useRecordAction } from '../../api/records'
import type { Refs } from '../../api/types'
import { FieldEdit } from '../../fields'
import { problemText } from '../../parts/problem'

export function TransferModal({ object, id, owner, refs, onClose }: { object: string; id: string; owner?: string; refs?: Refs; onClose: () => void }) {
  const { t } = useTranslation()
  const { message } = App.useApp()
  const [to, setTo] = useState<unknown>(null)
  const [note, setNote] = useState('')
  const action = useRecordAction(object, id)
  const field = { name: 'owner', title: { 'zh-CN': t('record.newOwner') }, type: 'person' as const }
  const submit = (): void =>
    action.mutate({ action: 'transfer', body: { owner: to, note } }, {
      onSuccess: () => {
        void message.success(t('record.transferred'))
        onClose()
      },
    })
  return (
    <Modal open title={t('record.transfer')} okText={t('record.transfer')} cancelText={t('action.cancel')} okButtonProps={{ disabled: !to || to === owner, loading: action.isPending }} onOk={submit} onCancel={onClose}>
      <Form layout="vertical">
        <Form.Item label={t('record.newOwner')}><FieldEdit field={field} label={t('record.newOwner')} value={to} refs={refs} onChange={setTo} /></Form.Item>
        <Form.Item label={t('record.transferNote')}><Input.TextArea aria-label={t('record.transferNote')} rows={3} value={note} onChange={(e) => setNote(e.target.value)} /></Form.Item>
        {action.error ? <Alert type="error" role="alert" showIcon title={problemText(action.error)} /> : null}
      </Form>
    </Modal>
  )
}
