import { Alert, App, Button, Checkbox, Form, Input, Modal, Popconfirm, Select, Typography } from 'antd'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useDefinitions, useKeys, useMakeKey, useRevokeKey } from '../../api/config'
import { useSession } from '../../api/session'
import { titled } from '../../i18n/titled'
import { exactInstant } from '../../parts/format'
import { PageHead } from '../../parts/PageHead'
import { problemText } from '../../parts/problem'
import { Empty, Failed, Loading, NoRight } from '../../parts/States'

export function KeysPage() {
  const { t } = useTranslation()
  const { message } = App.useApp()
  const { rights } = useSession()
  const allowed = ['keys.write', 'channels.write'].some((r) => rights.includes(r))
  const list = useKeys(allowed)
  const revoke = useRevokeKey()
  const [making, setMaking] = useState(false)
  if (!allowed) return <NoRight />
  return (
    <>
      <PageHead title={t('key.title')} extra={<span>{t('key.about')}</span>}><Button type="primary" onClick={() => setMaking(true)}>{t('key.make')}</Button></PageHead>
      {list.isPending ? <Loading rows={4} />
        : list.isError && !list.data ? <Failed error={list.error} retry={() => void list.refetch()} />
        : list.data.length === 0 ? <Empty title={t('key.none')} text={t('key.about')} />
        : (
          <div className="table-wrap">
            <table className="plain-table">
              <thead><tr><th scope="col">{t('key.name')}</th><th scope="col">{t('key.kind')}</th><th scope="col">{t('key.scopes')}</th><th scope="col">{t('key.created')}</th><th scope="col"><span className="visually-hidden">{t('key.revoke')}</span></th></tr></thead>
              <tbody>
                {list.data.map((key) => (
                  <tr key={key.id}>
                    <td>{key.name}</td>
                    <td>{t(`key.kinds.${key.kind}`)}</td>
                    <td className="muted">{key.scopes?.length ? key.scopes.map((s) => t(`scope.${s.replaceAll('.', '_')}`, { defaultValue: s })).join(t('fmt.listJoin')) : '—'}</td>
                    <td>{exactInstant(key.created_at)}</td>
                    <td className="num">
                      <Popconfirm title={t('key.revokeAsk')} description={t('key.revokeText')} okText={t('key.revoke')} cancelText={t('action.cancel')} okButtonProps={{ danger: true }} onConfirm={() => revoke.mutate(key.id, { onError: (e) => void message.error(problemText(e)) })}>
                        <Button type="link" danger size="small" aria-label={t('key.revokeOf', { name: key.name })}>{t('key.revoke')}</Button>
                      </Popconfirm>
                    </td>
                  </tr>
                ))}
              </tbody>
            </table>
          </div>
        )}
      {making ? <MakeKeyModal onClose={() => setMaking(false)} /> : null}
    </>
  )
}

/** Makes a key and shows its secret this once. With a channel given, the key is that channel's. */
export function MakeKeyModal({ channel, onClose }: { channel?: string; onClose: () => void }) {
  const { t } = useTranslation()
  const { rights } = useSession()
  const definitions = useDefinitions()
  const make = useMakeKey()
  const [kind, setKind] = useState<'channel' | 'api'>('channel')
  const [name, setName] = useState(channel ?? '')
  const [scopes, setScopes] = useState<string[]>([])
  const channels = (definitions.data ?? []).filter((d) => d.kind === 'channel').map((d) => ({ value: d.name, label: titled(d.title, d.name) }))
  const secret = make.data?.secret
  return (
    <Modal
      open
      title={secret ? t('key.made') : t('key.make')}
      onCancel={onClose}
      mask={{ closable: !secret }}
      footer={secret ? <Button type="primary" onClick={onClose}>{t('key.kept')}</Button> : undefined}
      okText={t('key.make')}
      cancelText={t('action.cancel')}
      okButtonProps={{ disabled: !name.trim(), loading: make.isPending }}
      onOk={() => make.mutate({ kind, name: name.trim(), scopes: kind === 'api' ? scopes : [] })}
    >
      {secret ? (
        <>
          <Alert type="warning" showIcon title={t('key.once')} />
          <Typography.Paragraph className="key-secret" data-testid="key-secret" copyable={{ text: secret, tooltips: [t('key.copy'), t('key.copied')] }}><code>{secret}</code></Typography.Paragraph>
        </>
      ) : (
        <Form layout="vertical">
          {channel ? null : (
            <Form.Item label={t('key.kind')}>
              <Select aria-label={t('key.kind')} value={kind} onChange={(v: 'channel' | 'api') => { setKind(v); setName('') }} options={(rights.includes('keys.write') ? ['channel', 'api'] as const : ['channel'] as const).map((k) => ({ value: k, label: t(`key.kinds.${k}`) }))} />
            </Form.Item>
          )}
          <Form.Item label={kind === 'channel' ? t('key.channel') : t('key.name')}>
            {kind === 'channel'
              ? <Select aria-label={t('key.channel')} value={name || undefined} disabled={Boolean(channel)} options={channels} onChange={setName} />
              : <Input aria-label={t('key.name')} value={name} onChange={(e) => setName(e.target.value)} />}
          </Form.Item>
          {kind === 'api' ? (
            <Form.Item label={t('key.scopes')} extra={t('key.scopesHint')}>
              <Checkbox.Group value={scopes} onChange={setScopes} options={rights.map((r) => ({ value: r, label: t(`scope.${r.replaceAll('.', '_')}`, { defaultValue: r }) }))} />
            </Form.Item>
          ) : null}
          {make.error ? <Alert type="error" role="alert" showIcon title={problemText(make.error)} /> : null}
        </Form>
      )}
    </Modal>
  )
}
