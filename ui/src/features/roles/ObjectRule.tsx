import { DeleteOutlined } from '@ant-design/icons'
import { Button, Checkbox } from 'antd'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useMeta } from '../../api/session'
import { Chip } from '../../parts/Chip'
import { ClassRow } from './ClassRow'
import { FieldRights } from './FieldRights'
import { ScopeRow } from './ScopeRow'
import { acts, scopeOf, verbs, type RoleRule } from './spec'
import { useRoleTerms } from './useRoleTerms'

interface Props { object: string; title: string; rest: string[]; rule: RoleRule; disabled: boolean; start: boolean; onChange: (rule: RoleRule, mark?: string) => void; onRemove: () => void }

/** What the role may do with one object; closed it is a line, open all can be set. "*" stands for every object without a line of its own. */
export function ObjectRule({ object, title, rest, rule, disabled, start, onChange, onRemove }: Props) {
  const { t } = useTranslation()
  const meta = useMeta()
  const [open, setOpen] = useState(start)
  const star = object === '*'
  const terms = useRoleTerms(object)
  const fields = meta.objects.find((o) => o.name === object)?.fields ?? []
  const scope = scopeOf(rule, 'read').map((w) => t(`roleView.scope.${w}`)).concat(rule.read_where ? [t('roleView.where')] : []).join(t('roleView.and'))
  const limits = (['hide', 'mask', 'read_only'] as const).map((k) => [k, rule[k]?.length ?? 0] as const).filter(([, n]) => n > 0)
  return (
    <div className="config-card object-rule" data-testid="object-rule" data-object={object}>
      <div className="config-card-head">
        <button type="button" className="object-rule-head" aria-expanded={open} onClick={() => setOpen(!open)}>
          <span aria-hidden className="object-rule-mark">{open ? '▾' : '▸'}</span>
          <strong>{title}</strong>
          <span className="muted small">{scope ? t('roles.reads', { scope }) : t('roles.nothing.read')}</span>
          {limits.map(([k, n]) => <Chip key={k}>{t(`roles.count.${k}`, { count: n })}</Chip>)}
        </button>
        <Button type="text" size="small" icon={<DeleteOutlined aria-hidden />} aria-label={t('config.remove', { what: title })} disabled={disabled} onClick={onRemove} />
      </div>
      {open ? (
        <div className="config-card-body">
          {star ? <p className="muted small">{t('roles.starHint', { count: rest.length, names: rest.join(t('fmt.listJoin')) || '—' })}</p> : null}
          {verbs.map((verb) => <ScopeRow key={verb} name={title} verb={verb} rule={rule} terms={star ? null : terms} disabled={disabled} onChange={(next) => onChange(next, `${object}/${verb}`)} />)}
          <div className="scope-row" role="group" aria-label={t('roles.actsOf', { name: title })}>
            <span className="scope-verb">{t('roleView.more')}</span>
            <div className="scope-words">
              {acts.map((a) => <Checkbox key={a} checked={Boolean(rule[a])} disabled={disabled} onChange={(e) => onChange({ ...rule, [a]: e.target.checked || undefined })}>{t(`roleView.${a}`)}</Checkbox>)}
            </div>
          </div>
          <h4 className="section-title">{t('roles.fields')}</h4>
          <ClassRow name={title} classes={rule.classes} rest={t('roles.asRole')} disabled={disabled} onChange={(classes) => onChange({ ...rule, classes })} />
          {star ? <p className="muted small">{t('roles.starFields')}</p> : <FieldRights fields={fields} rule={rule} disabled={disabled} onChange={(next) => onChange(next)} />}
        </div>
      ) : null}
    </div>
  )
}
