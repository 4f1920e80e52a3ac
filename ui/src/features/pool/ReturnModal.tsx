import { Alert, App, Button, Form, Input, Modal } from 'antd'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useBulk } from '../../api/pool'
import { problemText } from '../../parts/problem'
import './pool.css'

/** Gives one record back to the pool, or many, with one reason; each is asked for by itself. */
export function ReturnModal({ object, ids, onClose }: { object: string; ids: string[]; onClose: () => void }) {
  const { t } = useTranslation()
  const { message } = App.useApp()
  const [reason, setReason] = useState('')
  const bulk = useBulk(object)
  const submit = (): void =>
    bulk.mutate({ ids, action: 'return', body: { reason } }, {
      onSuccess: ({ won, lost }) => {
        if (won === 0) return
        if (lost > 0) void message.warning(t('pool.returnedSome', { won, lost }))
        else void message.success(t('pool.returned', { count: won }))
        onClose()
      },
    })
  const refused = bulk.data?.won === 0 ? bulk.data.error : bulk.error
  return (
    <Modal open title={ids.length > 1 ? t('pool.returnMany', { count: ids.length }) : t('pool.return')} okText={t('pool.return')} cancelText={t('action.cancel')} okButtonProps={{ disabled: !reason.trim(), loading: bulk.isPending }} onOk={submit} onCancel={onClose}>
      <Form layout="vertical">
        <Form.Item label={t('pool.reason')} required>
          <Input.TextArea aria-label={t('pool.reason')} rows={3} maxLength={300} placeholder={t('pool.reasonHint')} value={reason} onChange={(e) => setReason(e.target.value)} />
          <span className="row pool-reasons">{['wrong', 'later', 'region'].map((k) => <Button key={k} size="small" onClick={() => setReason(t(`pool.reasons.${k}`))}>{t(`pool.reasons.${k}`)}</Button>)}</span>
        </Form.Item>
        {refused ? <Alert type="error" role="alert" showIcon title={problemText(refused)} /> : null}
      </Form>
    </Modal>
  )
}
