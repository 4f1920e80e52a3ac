import { DeleteOutlined, PlusOutlined } from '@ant-design/icons'
import { Alert, Button, Input, Select } from 'antd'
import { useTranslation } from 'react-i18next'
import { useBoothLink, type FormCode } from '../../api/hosted'
import { useRight } from '../../api/session'
import { instant } from '../../parts/format'
import { problemText } from '../../parts/problem'
import { useCoarseNow } from '../../parts/clock'
import { CopyLine } from './CopyLine'
import { QrCard } from './QrCard'

interface Props { codes: FormCode[]; form: string; disabled: boolean; channels: { value: string; label: string }[]; onChange: (codes: FormCode[]) => void }

/** The printed codes of a form: each with its campaign, its picture to print, and the link for the booth's own staff. */
export function CodeList({ codes, form, disabled, channels, onChange }: Props) {
  const { t } = useTranslation()
  const set = (i: number, changes: Partial<FormCode>): void => onChange(codes.map((c, at) => (at === i ? { ...c, ...changes } : c)))
  return (
    <>
      {codes.map((c, i) => (
        <div key={c.name} className="config-card hosted-code" data-testid="form-code">
          <div className="hosted-code-words">
            <Input aria-label={t('hosted.codeTitle', { n: i + 1 })} maxLength={100} placeholder={t('hosted.codeTitleExample')} value={c.title} onChange={(e) => set(i, { title: e.target.value })} />
            <Input aria-label={t('hosted.campaign', { n: i + 1 })} maxLength={200} placeholder={t('hosted.campaignExample')} value={c.campaign ?? ''} onChange={(e) => set(i, { campaign: e.target.value || undefined })} />
            <Select aria-label={t('hosted.codeChannel', { n: i + 1 })} value={c.channel ?? ''} options={[{ value: '', label: t('hosted.sameChannel') }, ...channels]} onChange={(channel: string) => set(i, { channel: channel || undefined })} />
            <BoothLink form={form} code={c.name} />
            {disabled ? null : <Button type="link" danger icon={<DeleteOutlined aria-hidden />} onClick={() => onChange(codes.filter((_, at) => at !== i))}>{t('hosted.removeCode')}</Button>}
          </div>
          <QrCard value={`${window.location.origin}/f/${form}?c=${c.name}`} name={c.title || c.name} />
        </div>
      ))}
      <Button type="link" icon={<PlusOutlined aria-hidden />} disabled={disabled} onClick={() => onChange([...codes, { name: `c${Date.now().toString(36)}`, title: '' }])}>{t('hosted.addCode')}</Button>
    </>
  )
}

function BoothLink({ form, code }: { form: string; code: string }) {
  const { t } = useTranslation()
  const may = useRight('channels.write')
  const now = useCoarseNow()
  const link = useBoothLink(form)
  if (!may) return null
  return (
    <div className="hosted-booth">
      <Button loading={link.isPending} onClick={() => link.mutate(code)}>{t('hosted.booth')}</Button>
      <p className="muted small">{t('hosted.boothHint')}</p>
      {link.error ? <Alert type="warning" showIcon role="alert" title={problemText(link.error)} /> : null}
      {link.data ? <><CopyLine text={window.location.origin + link.data.path} label={t('hosted.copyBooth')} /><p className="muted small">{t('hosted.boothUntil', { at: instant(link.data.until, now) })}</p></> : null}
    </div>
  )
}
