import { SearchOutlined } from '@ant-design/icons'
import { Checkbox, Input, Select } from 'antd'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { Field } from '../../api/types'
import { titled } from '../../i18n/titled'
import { mannerOf, manners, withManner, withReadOnly, type Manner, type RoleRule } from './spec'

const shown = 12

interface Props { fields: Field[]; rule: RoleRule; disabled: boolean; onChange: (rule: RoleRule) => void }

/** Field by field what the role sees of it and whether it writes it; those with a word of their own first. */
export function FieldRights({ fields, rule, disabled, onChange }: Props) {
  const { t } = useTranslation()
  const [q, setQ] = useState('')
  const [all, setAll] = useState(false)
  const named = (f: Field): boolean => mannerOf(rule, f.name) !== null || Boolean(rule.read_only?.includes(f.name))
  const [first] = useState(() => new Set(fields.filter(named).map((f) => f.name))) // what was named when it opened: rows keep their place
  const found = fields
    .filter((f) => !q || titled(f.title, f.name).toLowerCase().includes(q.toLowerCase()) || f.name.includes(q.toLowerCase()))
    .sort((a, b) => Number(first.has(b.name)) - Number(first.has(a.name)))
  const rows = all || q ? found : found.slice(0, shown)
  return (
    <div className="field-rights">
      <Input prefix={<SearchOutlined aria-hidden />} className="field-search" aria-label={t('roles.findField')} placeholder={t('roles.findField')} value={q} onChange={(e) => setQ(e.target.value)} />
      {found.length === 0 ? <p className="muted small">{t('roles.noField')}</p> : null}
      <ul className="lines">
        {rows.map((f) => {
          const title = titled(f.title, f.name)
          const manner = mannerOf(rule, f.name)
          return (
            <li key={f.name} className="line field-line" data-field={f.name}>
              <span className="field-name">{title}{f.class && f.class !== 'plain' ? <span className="muted small"> {t(`roleView.sensitivity.${f.class}`)}</span> : null}</span>
              <Select
                size="small"
                aria-label={t('roles.sightOf', { field: title })}
                value={manner ?? ''}
                disabled={disabled}
                popupMatchSelectWidth={false}
                options={[{ value: '', label: t('roles.byClass') }, ...manners.map((m) => ({ value: m, label: t(`roleView.manner.${m}`) }))]}
                onChange={(m: Manner | '') => onChange(withManner(rule, f.name, m || null))}
              />
              <Checkbox aria-label={t('roles.readOnlyOf', { field: title })} checked={Boolean(rule.read_only?.includes(f.name))} disabled={disabled || manner === 'hide'} onChange={(e) => onChange(withReadOnly(rule, f.name, e.target.checked))}>{t('roles.readOnly')}</Checkbox>
            </li>
          )
        })}
      </ul>
      {rows.length < found.length ? <button type="button" className="link small" onClick={() => setAll(true)}>{t('roles.allFields', { count: found.length })}</button> : null}
    </div>
  )
}
