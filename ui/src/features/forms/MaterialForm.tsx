import { UploadOutlined } from '@ant-design/icons'
import { Alert, Button, Input, Segmented, Select } from 'antd'
import { useRef } from 'react'
import { useTranslation } from 'react-i18next'
import { useDefinitions } from '../../api/config'
import { useUploadMaterial, type MaterialSpec } from '../../api/hosted'
import { titled } from '../../i18n/titled'
import { problemText } from '../../parts/problem'
import type { FormProps } from '../config/specs'
import { Row, SwitchRow } from '../config/parts'
import { CopyLine } from './CopyLine'
import { QrCard } from './QrCard'
import { ToneSelect } from './ToneSelect'
import './forms.css'

const accepted = '.pdf,.docx,.xlsx,.pptx,.zip,.png,.jpg,.jpeg,.mp4,.txt'

const size = (bytes: number): string => (bytes >= 1 << 20 ? `${(bytes / (1 << 20)).toFixed(1)} MB` : `${Math.ceil(bytes / 1024)} KB`)

/** Sets a material up: its file, what strangers have to leave, and its address. */
export function MaterialForm({ spec, onChange, disabled, name }: FormProps<MaterialSpec>) {
  const { t } = useTranslation()
  const definitions = useDefinitions()
  const upload = useUploadMaterial()
  const picker = useRef<HTMLInputElement>(null)
  const set = (changes: Partial<MaterialSpec>): void => onChange({ ...spec, ...changes })
  const channels = (definitions.data ?? []).filter((d) => d.kind === 'channel').map((d) => ({ value: d.name, label: titled(d.title, d.name) }))
  const problem = upload.error ? problemText(upload.error) : ''
  const address = `${window.location.origin}/m/${name}`
  return (
    <>
      <section className="config-section">
        <SwitchRow label={t('hosted.materialEnabled')} value={spec.enabled} disabled={disabled} onChange={(enabled) => set({ enabled })} />
        <Row label={t('hosted.file')} hint={t('hosted.fileHint')}>
          <div className="hosted-file">
            {spec.file?.id ? <span data-testid="material-file">{spec.file.name} <span className="muted small">{size(spec.file.size)}</span></span> : <span className="muted">{t('hosted.noFile')}</span>}
            <Button icon={<UploadOutlined aria-hidden />} loading={upload.isPending} onClick={() => picker.current?.click()}>{t(spec.file?.id ? 'hosted.replaceFile' : 'hosted.chooseFile')}</Button>
            <input
              ref={picker} type="file" accept={accepted} hidden aria-label={t('hosted.file')}
              onChange={(e) => {
                const file = e.target.files?.[0]
                e.target.value = ''
                if (file) upload.mutate(file, { onSuccess: (kept) => set({ file: kept }) })
              }}
            />
          </div>
        </Row>
        {problem ? <Alert type="error" role="alert" showIcon title={problem} /> : null}
        <Row label={t('hosted.gate')} hint={t('hosted.gateHint')}>
          <Segmented aria-label={t('hosted.gate')} value={spec.gate} onChange={(gate: MaterialSpec['gate']) => set({ gate })} options={[{ value: 'phone', label: t('hosted.gates.phone') }, { value: 'none', label: t('hosted.gates.none') }]} />
        </Row>
        {spec.gate === 'phone' ? (
          <Row label={t('hosted.channel')} hint={t('hosted.materialChannelHint')}>
            <Select aria-label={t('hosted.channel')} style={{ width: 220 }} value={spec.channel || undefined} placeholder={t('hosted.channelPick')} options={channels} onChange={(channel: string) => set({ channel })} />
          </Row>
        ) : null}
      </section>
      <section className="config-section">
        <h3>{t('hosted.look')}</h3>
        <Row label={t('hosted.intro')}><Input.TextArea className="hosted-words" aria-label={t('hosted.intro')} autoSize={{ minRows: 2, maxRows: 5 }} maxLength={500} placeholder={t('hosted.materialIntroExample')} value={spec.intro ?? ''} onChange={(e) => set({ intro: e.target.value })} /></Row>
        {spec.gate === 'phone' ? <Row label={t('hosted.notice')}><Input.TextArea className="hosted-words" aria-label={t('hosted.notice')} autoSize={{ minRows: 2, maxRows: 5 }} maxLength={500} placeholder={t('hosted.noticeExample')} value={spec.notice ?? ''} onChange={(e) => set({ notice: e.target.value })} /></Row> : null}
        <Row label={t('hosted.tone')}><ToneSelect value={spec.tone} onChange={(tone) => set({ tone })} /></Row>
      </section>
      <section className="config-section">
        <h3>{t('hosted.share')}</h3>
        <p className="muted small">{t('hosted.shareHint')}</p>
        <div className="hosted-code">
          <div className="hosted-code-words"><CopyLine text={address} label={t('hosted.copyAddress')} /></div>
          <QrCard value={address} name={name} />
        </div>
      </section>
    </>
  )
}
