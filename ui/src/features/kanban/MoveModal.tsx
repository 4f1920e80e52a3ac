import { Alert, Form, Modal } from 'antd'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { Field, ObjectMeta } from '../../api/types'
import { FieldEdit } from '../../fields'
import { isBlank } from '../../fields/kind'
import { titled } from '../../i18n/titled'
import { titleOf } from '../records/views'
import { labelOf } from './ColumnHead'
import type { Asking } from './useMoves'

/** The fields that a stage asks for before it takes a card. */
export function MoveModal({ object, field, asking, onSave, onClose }: { object: ObjectMeta; field: Field; asking: Asking; onSave: (more: Record<string, unknown>) => void; onClose: () => void }) {
  const { t } = useTranslation()
  const [values, setValues] = useState<Record<string, unknown>>({})
  const wanted = asking.problem.errors.flatMap((e) => object.fields.filter((f) => e.pointer === `/${f.name}`))
  const ready = wanted.every((f) => !isBlank(values[f.name]))
  const submit = (): void => { if (ready) onSave(values) }
  return (
    <Modal open title={t('convert.board.moveTo', { name: labelOf({ field, value: asking.move.to }, t('convert.board.none')) })} okText={t('convert.board.save')} cancelText={t('action.cancel')} okButtonProps={{ disabled: !ready }} onOk={submit} onCancel={onClose}>
      <Form layout="vertical" onFinish={submit}>
        <Alert type="warning" role="alert" showIcon title={asking.problem.detail} className="board-asks" />
        <p className="muted">{titleOf(asking.move.record, object)}</p>
        {wanted.map((f, i) => (
          <Form.Item key={f.name} label={titled(f.title, f.name)} required>
            <FieldEdit field={f} label={titled(f.title, f.name)} autoFocus={i === 0 && f.type !== 'choice'} value={values[f.name]} onChange={(v) => setValues((old) => ({ ...old, [f.name]: v }))} />
          </Form.Item>
        ))}
        <button type="submit" hidden aria-hidden tabIndex={-1} />
      </Form>
    </Modal>
  )
}
