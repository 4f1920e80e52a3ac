import { Alert, App, Form, Input, Modal } from 'antd'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useEndTalk, useTalk, type OverdueLine } from '../../api/overdue'
import { problemText } from '../../parts/problem'
import { When } from '../pool/When'

/** Notes that one will speak with whoever let a record lie: by when, and about what. */
export function TalkModal({ object, line, onClose }: { object: string; line: OverdueLine; onClose: () => void }) {
  const { t } = useTranslation()
  const { message } = App.useApp()
  const [note, setNote] = useState('')
  const [due, setDue] = useState<string | null>(null)
  const talk = useTalk(object)
  const end = useEndTalk(object)
  const undo = (id: string): void => end.mutate({ id, status: 'cancelled' }, { onSuccess: () => message.destroy(id), onError: (error) => void message.error(problemText(error)) })
  const submit = (): void =>
    talk.mutate({ id: line.id, note, due_at: due ?? '' }, {
      onSuccess: ({ talk: { id } }) => {
        void message.open({ key: id, type: 'success', duration: 8, content: <>{t('overdue.talkSaved')} <button type="button" className="link" onClick={() => undo(id)}>{t('scripts.undo')}</button></> })
        onClose()
      },
    })
  return (
    <Modal open title={t('overdue.talkTitle', { name: line.person_name })} okText={t('overdue.talkOk')} cancelText={t('action.cancel')} okButtonProps={{ disabled: !note.trim() || !due, loading: talk.isPending }} onOk={submit} onCancel={onClose}>
      <p className="muted pool-help">{t('overdue.talkHelp', { title: line.title })}</p>
      <Form layout="vertical">
        <Form.Item label={t('overdue.talkNote')} required><Input.TextArea aria-label={t('overdue.talkNote')} rows={3} maxLength={500} value={note} onChange={(e) => setNote(e.target.value)} /></Form.Item>
        <Form.Item label={t('overdue.talkDue')} required><When label={t('overdue.talkDue')} value={due} onChange={setDue} days={[1, 3]} /></Form.Item>
        {talk.error ? <Alert type="error" role="alert" showIcon title={problemText(talk.error)} /> : null}
      </Form>
    </Modal>
  )
}
