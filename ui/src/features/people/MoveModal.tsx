import { Alert, App, DatePicker, Form, Input, Modal, Select } from 'antd'
import dayjs, { type Dayjs } from 'dayjs'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useMove } from '../../api/people'
import { useMeta } from '../../api/session'
import { problemText } from '../../parts/problem'
import { unitsBelow } from './org'

export interface Moving { object: 'person' | 'org_unit'; id: string; name: string; to?: string }

const top = '-'

/** Moves a person or a unit to another unit, from today or a later day on. */
export function MoveModal({ moving, onClose }: { moving: Moving; onClose: () => void }) {
  const { t } = useTranslation()
  const { message } = App.useApp()
  const { units } = useMeta()
  const move = useMove()
  const [to, setTo] = useState<string | null>(moving.to ?? null)
  const [from, setFrom] = useState<Dayjs | null>(null)
  const [reason, setReason] = useState('')
  const below = moving.object === 'org_unit' ? unitsBelow(units, moving.id) : new Set<string>()
  const submit = (): void =>
    move.mutate({ object: moving.object, id: moving.id, to: to === top ? '' : (to ?? ''), from: from?.format('YYYY-MM-DD'), reason: reason.trim() || undefined }, {
      onSuccess: ({ done, move: made }) => {
        void message.success(t(done ? 'org.moved' : 'org.planned', { name: made.name, to: made.to_name || t('org.top'), day: made.from }))
        onClose()
      },
    })
  return (
    <Modal open title={t('org.moveTitle', { name: moving.name })} okText={t('org.move')} cancelText={t('action.cancel')} okButtonProps={{ disabled: !to, loading: move.isPending }} onOk={submit} onCancel={onClose}>
      <Form layout="vertical">
        <Form.Item label={t('org.to')}>
          <Select
            aria-label={t('org.to')}
            showSearch={{ optionFilterProp: 'label' }}
            value={to}
            options={[...(moving.object === 'org_unit' ? [{ value: top, label: t('org.top') }] : []), ...units.filter((u) => !below.has(u.id)).map((u) => ({ value: u.id, label: u.name }))]}
            onChange={setTo}
          />
        </Form.Item>
        <Form.Item label={t('org.from')} extra={t('org.fromHint')}>
          <DatePicker aria-label={t('org.from')} placeholder={t('org.today')} value={from} minDate={dayjs()} onChange={(d) => setFrom(d as Dayjs | null)} />
        </Form.Item>
        <Form.Item label={t('org.reason')}><Input aria-label={t('org.reason')} maxLength={500} value={reason} onChange={(e) => setReason(e.target.value)} /></Form.Item>
        {move.error ? <Alert type="error" role="alert" showIcon title={problemText(move.error)} /> : null}
      </Form>
    </Modal>
  )
}
