import { AutoComplete, Button } from 'antd'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useObject, useRight } from '../../api/session'
import { optionsOf } from '../../fields/choice'
import { MakeKeyModal } from './KeysPage'
import { Row, SwitchRow } from './parts'
import { CallSecret } from '../forms/CallSecret'
import type { ChannelSpec, FormProps } from './specs'

export function ChannelForm({ spec, onChange, disabled, name }: FormProps<ChannelSpec>) {
  const { t } = useTranslation()
  const mayKey = useRight('channels.write')
  const [making, setMaking] = useState(false)
  const source = useObject(spec.object)?.fields.find((f) => f.name === 'source')
  return (
    <>
      <section className="config-section">
        <SwitchRow label={t('channel.enabled')} hint={t('channel.enabledHint')} value={spec.enabled} disabled={disabled} onChange={(enabled) => onChange({ ...spec, enabled })} />
        <Row label={t('channel.source')} hint={t('channel.sourceHint')}>
          <AutoComplete aria-label={t('channel.source')} style={{ width: 220 }} value={spec.source ?? ''} disabled={disabled} options={source ? optionsOf(source) : []} onChange={(v: string) => onChange({ ...spec, source: v })} />
        </Row>
        <SwitchRow label={t('hosted.call')} hint={t('hosted.callHint')} value={spec.shape === 'call'} disabled={disabled} onChange={(on) => onChange({ ...spec, shape: on ? 'call' : undefined })} />
        <SwitchRow label={t('import.assign')} hint={t('channel.assignHint')} value={spec.assign} disabled={disabled} onChange={(assign) => onChange({ ...spec, assign })} />
        <SwitchRow label={t('import.countdown')} hint={t('channel.countdownHint')} value={spec.countdown} disabled={disabled} onChange={(countdown) => onChange({ ...spec, countdown })} />
      </section>
      <section className="config-section">
        <h3>{t('channel.address')}</h3>
        <p className="muted small">{t(spec.shape === 'call' ? 'hosted.callAddress' : 'channel.addressHint')}</p>
        <code className="config-code">POST {window.location.origin}/api/v1/intake/{name}</code>
        {spec.shape === 'call' && mayKey ? <CallSecret channel={name} /> : mayKey ? <p><Button onClick={() => setMaking(true)}>{t('key.makeFor')}</Button></p> : null}
      </section>
      {making ? <MakeKeyModal channel={name} onClose={() => setMaking(false)} /> : null}
    </>
  )
}
