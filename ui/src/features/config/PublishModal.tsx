import { Alert, App, Input, Modal } from 'antd'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { Problem } from '../../api/client'
import { usePublish, type Edited } from '../../api/config'
import { problemText } from '../../parts/problem'

/** Publishes the given drafts, and what has to come with them, as one revision, with a word about why. */
export function PublishModal({ only, companion, title, about, onClose, onPublished }: { about?: string; only: { kind: string; name: string }[]; companion: Edited | null; title: string; onClose: () => void; onPublished?: (revision: number) => void }) {
  const { t } = useTranslation()
  const { message } = App.useApp()
  const publish = usePublish()
  const [note, setNote] = useState('')
  const errors = publish.error instanceof Problem ? publish.error.errors : []
  const changed = publish.error instanceof Problem && publish.error.code === 'definition_changed'
  return (
    <Modal
      open
      title={t('config.publishTitle', { title })}
      okText={t(changed ? 'config.publishOver' : 'config.publish')}
      cancelText={t('action.cancel')}
      okButtonProps={{ loading: publish.isPending, danger: changed }}
      onCancel={onClose}
      onOk={() => publish.mutate({ note, only, companion, over: changed || undefined }, {
        onSuccess: ({ revision }) => {
          void message.success(t('config.published', { n: revision.n }))
          onPublished?.(revision.n)
          onClose()
        },
      })}
    >
      <p className="muted">{about ?? t('config.publishText')}</p>
      <Input.TextArea aria-label={t('config.publishNote')} placeholder={t('config.publishNote')} rows={3} value={note} onChange={(e) => setNote(e.target.value)} />
      {publish.error ? (
        <Alert
          style={{ marginTop: 12 }}
          type="error"
          role="alert"
          showIcon
          title={publish.error instanceof Problem && publish.error.detail ? publish.error.detail : problemText(publish.error)}
          description={errors.length > 0 ? <ul>{errors.map((e, i) => <li key={i}>{[e.message, e.hint].filter(Boolean).join(' ')}</li>)}</ul> : undefined}
        />
      ) : null}
    </Modal>
  )
}
