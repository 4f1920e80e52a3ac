import { Alert, App, Form, Input, Modal } from 'antd'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useTransfer } from '../../api/records'
import type { Refs } from '../../api/types'
import { FieldEdit } from '../../fields'
import { problemText } from '../../parts/problem'

interface Props { object: string; ids: string[]; owner?: string; refs?: Refs; onClose: () => void }

/** Hands one record over, or many: each is asked for by itself, and the outcome is counted. */
export function TransferModal({ object, ids, owner, refs, onClose }: Props) {
  const { t } = useTranslation()
  const { message } = App.useApp()
  const [to, setTo] = useState<unknown>(null)
  const [note, setNote] = useState('')
  const transfer = useTransfer(object)
  const field = { name: 'owner', title: { 'zh-CN': t('record.newOwner') }, type: 'person' as const }
  const submit = (): void =>
    transfer.mutate({ ids, owner: to, note }, {
      onSuccess: ({ won, lost }) => {
        if (lost > 0) void message.warning(t('list.transferred', { won, lost }))
        else void message.success(ids.length > 1 ? t('list.transferredAll', { won }) : t('record.transferred'))
        onClose()
      },
    })
  return (
    <Modal open title={ids.length > 1 ? t('list.transfer', { count: ids.length }) : t('record.transfer')} okText={t('record.transfer')} cancelText={t('action.cancel')} okButtonProps={{ disabled: !to || to === owner, loading: transfer.isPending }} onOk={submit} onCancel={onClose}>
      <Form layout="vertical">
        <Form.Item label={t('record.newOwner')}><FieldEdit field={field} label={t('record.newOwner')} value={to} refs={refs} onChange={setTo} /></Form.Item>
        <Form.Item label={t('record.transferNote')}><Input.TextArea aria-label={t('record.transferNote')} rows={3} value={note} onChange={(e) => setNote(e.target.value)} /></Form.Item>
        {transfer.error ? <Alert type="error" role="alert" showIcon title={problemText(transfer.error)} /> : null}
      </Form>
    </Modal>
  )
}
