import { Input, Select } from 'antd'
import { useTranslation } from 'react-i18next'
import { useDefinitions } from '../../api/config'
import { useFormPreview, type FormSpec } from '../../api/hosted'
import type { Title } from '../../api/types'
import { titled } from '../../i18n/titled'
import { useSettled } from '../../parts/useSettled'
import { NumberRow, Row, SwitchRow } from '../config/parts'
import { CodeList } from './CodeList'
import { CopyLine } from './CopyLine'
import { FieldList } from './FieldList'
import { ToneSelect } from './ToneSelect'
import './forms.css'

interface Props { spec: FormSpec; title: Title; name: string; disabled: boolean; onChange: (spec: FormSpec) => void }

/** Sets a form up: what it asks, how it looks, its printed codes, and where else it may stand. */
export function FormForm({ spec, title, name, disabled, onChange }: Props) {
  const { t } = useTranslation()
  const definitions = useDefinitions()
  const preview = useFormPreview(useSettled({ name, title, spec }))
  const channels = (definitions.data ?? []).filter((d) => d.kind === 'channel').map((d) => ({ value: d.name, label: titled(d.title, d.name) }))
  const set = (changes: Partial<FormSpec>): void => onChange({ ...spec, ...changes })
  const words = (key: 'heading' | 'intro' | 'button' | 'thanks' | 'notice', placeholder: string, long = false) => (
    <Row label={t(`hosted.${key}`)}>
      {long
        ? <Input.TextArea className="hosted-words" aria-label={t(`hosted.${key}`)} autoSize={{ minRows: 2, maxRows: 5 }} maxLength={500} placeholder={placeholder} value={spec[key] ?? ''} onChange={(e) => set({ [key]: e.target.value })} />
        : <Input className="hosted-words" aria-label={t(`hosted.${key}`)} maxLength={100} placeholder={placeholder} value={spec[key] ?? ''} onChange={(e) => set({ [key]: e.target.value })} />}
    </Row>
  )
  const address = `${window.location.origin}/f/${name}`
  const quoted = title['zh-CN'].replaceAll('"', '')
  const script = `<script src="${window.location.origin}/f/-/embed.js" data-form="${name}" data-title="${quoted}" async></script>`
  const snippet = `<iframe src="${address}" title="${quoted}" width="100%" height="720" style="border:0"></iframe>`
  return (
    <>
      <section className="config-section">
        <SwitchRow label={t('hosted.enabled')} hint={t('hosted.enabledHint')} value={spec.enabled} disabled={disabled} onChange={(enabled) => set({ enabled })} />
        <Row label={t('hosted.channel')} hint={t('hosted.channelHint')}>
          <Select aria-label={t('hosted.channel')} style={{ width: 220 }} value={spec.channel || undefined} placeholder={t('hosted.channelPick')} options={channels} onChange={(channel: string) => set({ channel })} />
        </Row>
        <div className="hosted-address">
          <span>{t('hosted.address')}</span>
          <CopyLine text={address} label={t('hosted.copyAddress')} />
        </div>
      </section>
      <section className="config-section">
        <h3>{t('hosted.fields')}</h3>
        <p className="muted small">{t('hosted.fieldsHint')}</p>
        <FieldList fields={spec.fields ?? []} known={preview.data?.fields ?? []} disabled={disabled} onChange={(fields) => set({ fields })} />
      </section>
      <section className="config-section">
        <h3>{t('hosted.look')}</h3>
        {words('heading', title['zh-CN'])}
        {words('intro', t('hosted.introExample'), true)}
        {words('button', t('hosted.buttonExample'))}
        {words('thanks', t('hosted.thanksExample'), true)}
        {words('notice', t('hosted.noticeExample'), true)}
        <Row label={t('hosted.tone')}><ToneSelect value={spec.tone} onChange={(tone) => set({ tone })} /></Row>
      </section>
      <section className="config-section">
        <h3>{t('hosted.codes')}</h3>
        <p className="muted small">{t('hosted.codesHint')}</p>
        <CodeList codes={spec.codes ?? []} form={name} disabled={disabled} onChange={(codes) => set({ codes })} channels={channels} />
      </section>
      <section className="config-section">
        <h3>{t('hosted.embed')}</h3>
        <Row label={t('hosted.origins')} hint={t('hosted.originsHint')}>
          <Select mode="tags" aria-label={t('hosted.origins')} className="hosted-words" tokenSeparators={[' ', ',', '，', ';']} open={false} suffixIcon={null} placeholder="https://www.example.com" value={spec.origins ?? []} onChange={(origins: string[]) => set({ origins: origins.map((o) => o.trim().replace(/\/+$/, '')) })} />
        </Row>
        {(spec.origins ?? []).length > 0 ? (
          <div className="hosted-snippets">
            <p className="muted small">{t('hosted.scriptHint')}</p>
            <CopyLine text={script} label={t('hosted.copySnippet')} />
            <p className="muted small">{t('hosted.iframeHint')}</p>
            <CopyLine text={snippet} label={t('hosted.copySnippet')} />
          </div>
        ) : <p className="muted small">{t('hosted.noOrigins')}</p>}
      </section>
      <section className="config-section">
        <h3>{t('hosted.guard')}</h3>
        <NumberRow label={t('hosted.minSeconds')} hint={t('hosted.minSecondsHint')} unit={t('hosted.seconds')} value={spec.min_seconds} disabled={disabled} onChange={(v) => set({ min_seconds: v ?? 0 })} />
        <NumberRow label={t('hosted.perMinute')} hint={t('hosted.perMinuteHint')} unit={t('hosted.times')} min={1} value={spec.per_minute} disabled={disabled} onChange={(v) => set({ per_minute: v ?? 10 })} />
      </section>
    </>
  )
}

