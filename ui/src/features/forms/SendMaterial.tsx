import { App, Button, Select } from 'antd'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useMaterialLink, useMaterials } from '../../api/hosted'
import { Card } from '../../parts/PageHead'
import { problemText } from '../../parts/problem'
import { Failed } from '../../parts/States'
import { toClipboard } from '../scripts/clipboard'
import { CopyLine } from './CopyLine'
import './forms.css'

/** Sends a material to the contact of a record by a link of their own: what they do with it comes back to the owner. Absent without materials. */
export function SendMaterial({ object, id }: { object: string; id: string }) {
  const { t } = useTranslation()
  const { message } = App.useApp()
  const materials = useMaterials()
  const link = useMaterialLink()
  const [chosen, setChosen] = useState<string>()
  const all = materials.data ?? []
  const material = chosen ?? all[0]?.name
  if (materials.isError) return <Card title={t('hosted.send')} testid="send-material"><Failed error={materials.error} retry={() => void materials.refetch()} /></Card>
  if (all.length === 0 || !material) return null
  const make = (): void => link.mutate({ material, object, id }, {
    onSuccess: async ({ path }) => { if (await toClipboard(window.location.origin + path)) void message.success(t('hosted.linkCopied')) },
    onError: (error) => void message.error(problemText(error)),
  })
  return (
    <Card title={t('hosted.send')} testid="send-material">
      <p className="muted small send-hint">{t('hosted.sendHint')}</p>
      <div className="send-line">
        <Select aria-label={t('hosted.material')} className="grow" value={material} options={all.map((m) => ({ value: m.name, label: m.title }))} onChange={(next: string) => { setChosen(next); link.reset() }} />
        <Button loading={link.isPending} onClick={make}>{t('hosted.copyLink')}</Button>
      </div>
      {link.data ? <CopyLine text={window.location.origin + link.data.path} label={t('hosted.copyAgain')} /> : null}
    </Card>
  )
}
