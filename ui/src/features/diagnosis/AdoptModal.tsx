import { Alert, App, Button, Modal } from 'antd'
import { useTranslation } from 'react-i18next'
import { Problem } from '../../api/client'
import { useCheck, useDefinitions } from '../../api/config'
import { useAdopt, type Offer } from '../../api/diagnosis'
import { titled } from '../../i18n/titled'
import { problemText } from '../../parts/problem'

/** Shows what a remedy's drafts would say against what stands, and saves or publishes exactly those. */
export function AdoptModal({ offer, days, onClose }: { offer: Offer; days?: number; onClose: () => void }) {
  const { t } = useTranslation()
  const { message } = App.useApp()
  const standing = useDefinitions()
  const sentences = useCheck(offer.drafts)
  const adopt = useAdopt()
  const of = (kind: string, name: string) => standing.data?.find((d) => d.kind === kind && d.name === name)
  const drafted = offer.drafts.filter((d) => of(d.kind, d.name)?.has_draft)
  const run = (publish: boolean): void =>
    adopt.mutate({ offer, publish }, {
      onSuccess: (revision) => {
        void message.success(revision ? t('config.published', { n: revision.n }) : t('config.saved'))
        onClose()
      },
    })
  return (
    <Modal
      open
      width={720}
      title={t('diagnosis.adoptTitle', { label: offer.label })}
      onCancel={onClose}
      footer={[
        <Button key="cancel" onClick={onClose}>{t('action.cancel')}</Button>,
        <Button key="draft" disabled={adopt.isPending} onClick={() => run(false)}>{t('config.saveDraft')}</Button>,
        <Button key="publish" type="primary" loading={adopt.isPending} onClick={() => run(true)}>{t('config.publish')}</Button>,
      ]}
    >
      {days ? <p data-testid="adopt-after">{t('diagnosis.after', { days, before: offer.unassigned_before, after: offer.unassigned_after })}</p> : null}
      {drafted.length > 0 ? <Alert type="warning" showIcon title={t('diagnosis.replaces', { names: drafted.map((d) => titled(d.title, d.name)).join(t('fmt.listJoin')) })} /> : null}
      {offer.drafts.map((d) => (
        <section key={`${d.kind}/${d.name}`} className="diagnosis-draft">
          <h3>{t(`kind.${d.kind}`, { defaultValue: d.kind })} · {titled(d.title, d.name)}</h3>
          <div className="diagnosis-versions">
            <Version label={t('diagnosis.before')} text={of(d.kind, d.name)?.sentence} />
            <Version label={t('diagnosis.afterwards')} text={sentences.data?.sentences?.[`${d.kind}/${d.name}`]} />
          </div>
        </section>
      ))}
      {adopt.error ? (
        <Alert
          type="error"
          role="alert"
          showIcon
          title={problemText(adopt.error)}
          description={adopt.error instanceof Problem && adopt.error.errors.length > 0 ? <ul>{adopt.error.errors.map((e, i) => <li key={i}>{[e.message, e.hint].filter(Boolean).join(' ')}</li>)}</ul> : undefined}
        />
      ) : null}
    </Modal>
  )
}

function Version({ label, text }: { label: string; text?: string }) {
  return (
    <div>
      <div className="section-title">{label}</div>
      <div className="diagnosis-sentence">{(text ?? '—').split(/(?<=\D)(?=\d+\. )/).map((line, i) => <p key={i}>{line}</p>)}</div>
    </div>
  )
}
