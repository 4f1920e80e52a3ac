import { Alert, Modal } from 'antd'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useMeta, useSession } from '../../api/session'
import { viewing } from '../../api/viewing'
import { person as personKind } from '../../fields/person'

/** Whom to see the system as. */
export function ViewAsModal({ person, onClose }: { person?: string; onClose: () => void }) {
  const { t } = useTranslation()
  const { people } = useMeta()
  const { user } = useSession()
  const [who, setWho] = useState<string | null>(person ?? null)
  const chosen = people.find((p) => p.id === who)
  return (
    <Modal open title={t('viewing.look')} okText={t('viewing.begin')} cancelText={t('action.cancel')} okButtonProps={{ disabled: !chosen || chosen.id === user.id }} onOk={() => { if (chosen) viewing.begin(chosen.id, chosen.name) }} onCancel={onClose}>
      <p className="muted">{t('viewing.about')}</p>
      <personKind.Edit field={{ name: 'person', title: { 'zh-CN': t('viewing.who') }, type: 'person' }} label={t('viewing.who')} value={who} onChange={(v) => setWho(v as string | null)} />
      {chosen?.id === user.id ? <Alert style={{ marginTop: 12 }} type="info" showIcon title={t('viewing.self')} /> : null}
    </Modal>
  )
}
