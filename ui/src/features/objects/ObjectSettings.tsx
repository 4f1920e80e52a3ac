import { Select } from 'antd'
import { useTranslation } from 'react-i18next'
import type { Title } from '../../api/types'
import { titled } from '../../i18n/titled'
import { iconNames, ObjectIcon } from '../../parts/ObjectIcon'
import { Card } from '../../parts/PageHead'
import { Row, SwitchRow } from '../config/parts'
import type { ObjectSpec } from './spec'
import { TextBox } from './TextBox'

interface Props { name: string; title: Title; spec: ObjectSpec; disabled: boolean; onTitle: (title: Title) => void; onChange: (spec: ObjectSpec) => void }

/** What is said of the object as a whole. */
export function ObjectSettings({ name, title, spec, disabled, onTitle, onChange }: Props) {
  const { t } = useTranslation()
  return (
    <Card title={t('objects.whole')} testid="object-settings">
      <Row label={t('objects.icon')}><IconSelect value={spec.icon} disabled={disabled} onChange={(icon) => onChange({ ...spec, icon })} /></Row>
      <Row label={t('objects.titleField')} hint={t('objects.titleFieldHint')}>
        <Select aria-label={t('objects.titleField')} value={spec.title_field || undefined} disabled={disabled} showSearch={{ optionFilterProp: 'label' }} popupMatchSelectWidth={false} options={spec.fields.filter((f) => ['text', 'long_text', 'auto_number', 'phone', 'email', 'choice'].includes(f.type)).map((f) => ({ value: f.name, label: titled(f.title, f.name) }))} onChange={(title_field: string) => onChange({ ...spec, title_field })} />
      </Row>
      <SwitchRow label={t('objects.pool')} hint={t('objects.poolHint')} value={Boolean(spec.pool)} disabled={disabled} onChange={(on) => onChange({ ...spec, pool: on || undefined })} />
      <SwitchRow label={t('objects.inMenu')} value={!spec.hide_from_menu} disabled={disabled} onChange={(on) => onChange({ ...spec, hide_from_menu: on ? undefined : true })} />
      <Row label={t('objects.titleEn')}><TextBox keepEmpty label={t('objects.titleEn')} value={title.en ?? ''} disabled={disabled} onCommit={(en) => onTitle(en ? { ...title, en } : { 'zh-CN': title['zh-CN'] })} /></Row>
      <Row label={t('objects.name')}><code>{name}</code></Row>
    </Card>
  )
}

export function IconSelect({ value, disabled, onChange }: { value?: string; disabled?: boolean; onChange: (icon: string) => void }) {
  const { t } = useTranslation()
  return <Select className="icon-select" aria-label={t('objects.icon')} value={value && iconNames.includes(value) ? value : undefined} placeholder={<ObjectIcon name={value} />} disabled={disabled} popupMatchSelectWidth={false} onChange={onChange} options={iconNames.map((icon) => ({ value: icon, label: <span role="img" aria-label={icon}><ObjectIcon name={icon} /></span> }))} />
}
