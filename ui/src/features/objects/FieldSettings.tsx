import { AutoComplete, Button, Input, InputNumber, Select } from 'antd'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { Finding } from '../../api/builder'
import type { Condition } from '../../api/condition'
import type { Definition } from '../../api/types'
import { titled } from '../../i18n/titled'
import { useCoarseNow } from '../../parts/clock'
import { ConditionEditor } from '../../parts/ConditionEditor'
import { Card } from '../../parts/PageHead'
import type { Terms } from '../../parts/terms'
import { FindingLine } from '../builder/FindingLine'
import { kept } from '../builder/tree'
import { Row, SwitchRow } from '../config/parts'
import { DefaultSetting } from './DefaultSetting'
import { FormulaEditor } from './FormulaEditor'
import { becomes, fresh, isComputed, palette } from './kinds'
import { OptionList } from './OptionList'
import { RetypeLine } from './RetypeLine'
import { RetypeModal } from './RetypeModal'
import { RollupSettings } from './RollupSettings'
import { idOf, numberExample, type FieldSpec, type ObjectSpec } from './spec'
import { TextBox } from './TextBox'

export interface FieldSettingsProps {
  object: string
  spec: ObjectSpec
  field: FieldSpec
  /** The object and the field as they serve now; none of what is new. */
  standing?: FieldSpec
  stands: boolean
  unsaved: boolean
  objects: Definition[]
  terms: Terms
  findings: Finding[]
  disabled: boolean
  /** Newly put there: its name is asked for first. */
  isNew: boolean
  onChange: (field: FieldSpec, mark?: string) => void
  onTitle: (title: string) => void
  onName: (name: string) => void
}

/** Everything that can be said of one field. */
export function FieldSettings(props: FieldSettingsProps) {
  const { object, spec, field, standing, stands, unsaved, objects, terms, findings, disabled, isNew, onChange, onTitle, onName } = props
  const { t } = useTranslation()
  const now = useCoarseNow()
  const [retyping, setRetyping] = useState(false)
  const set = (changes: Partial<FieldSpec>, mark = ''): void => onChange(cleaned({ ...field, ...changes }), mark && `${field.name}/${mark}`)
  const computed = isComputed(field)
  const locked = disabled || Boolean(field.retype)
  const types = palette.flatMap((s) => s.types)
  const choice = field.type === 'choice' || field.type === 'multi_choice'
  const example = field.type === 'auto_number' && field.pattern ? numberExample(field.pattern, new Date(now)) : null
  const groups = [...new Set(spec.fields.map((f) => f.group).filter((g): g is string => Boolean(g)))]
  const condition = (key: 'required_when' | 'visible_when') => (
    <details className="side-condition" open={Boolean(field[key])}>
      <summary>{t(`objects.${key}`)}</summary>
      <fieldset disabled={locked}><ConditionEditor terms={{ fields: terms.fields.filter((f) => f.name !== field.name) }} value={field[key]} label={t(`objects.${key}`)} onChange={(tree) => set({ [key]: kept(tree) as Condition | undefined }, key)} /></fieldset>
    </details>
  )
  return (
    <Card title={t('objects.fieldOf', { title: titled(field.title, field.name) })} testid="field-settings">
      {findings.map((f, i) => <FindingLine key={i} finding={f} />)}
      {field.retype ? <RetypeLine object={object} field={field} disabled={disabled} /> : null}
      <Row label={t('objects.title')}><TextBox key={isNew ? field.type : ''} label={t('objects.title')} autoFocus={isNew} value={field.title['zh-CN']} disabled={locked} onCommit={onTitle} /></Row>
      {standing && standing.title['zh-CN'] !== field.title['zh-CN'] ? <p className="muted small settings-note">{t('objects.renameKeeps')}</p> : null}
      <Row label={t('objects.type')}>
        {standing ? (
          <span className="row nowrap-row">
            <span>{t(`fieldType.${field.type}`, { defaultValue: field.type })}</span>
            {becomes(field).length > 0 && !field.retype ? <Button size="small" disabled={locked || unsaved} title={unsaved ? t('objects.retypeFirst') : undefined} onClick={() => setRetyping(true)}>{t('objects.retype')}</Button> : null}
          </span>
        ) : (
          <Select aria-label={t('objects.type')} value={field.type} disabled={locked} popupMatchSelectWidth={false} onChange={(type: string) => onChange({ ...fresh(type, field.name, field.title['zh-CN']), ...(field.group ? { group: field.group } : {}) })} options={types.map((type) => ({ value: type, label: t(`fieldType.${type}`) }))} />
        )}
      </Row>
      {standing && unsaved && becomes(field).length > 0 ? <p className="muted small settings-note">{t('objects.retypeFirst')}</p> : null}
      {choice ? (
        <>
          <h4 className="side-head">{t('objects.options')}</h4>
          <OptionList options={field.options ?? []} standing={new Set((standing?.options ?? []).map((o) => o.value))} disabled={locked} onChange={(options) => set({ options })} />
          <SwitchRow label={t('objects.openWord')} hint={t('objects.openHint')} value={Boolean(field.open)} disabled={locked} onChange={(open) => set({ open: open || undefined })} />
        </>
      ) : null}
      {field.type === 'decimal' || (field.type === 'formula' && field.result === 'decimal') ? <Row label={t('objects.scale')}><InputNumber<number> aria-label={t('objects.scale')} min={0} max={8} precision={0} value={field.scale ?? 0} disabled={locked || (Boolean(standing) && field.type === 'decimal')} style={{ width: 72 }} onChange={(scale) => set({ scale: scale ?? 0 }, 'scale')} /></Row> : null}
      {field.type === 'relation' ? (
        <>
          <Row label={t('objects.target')}>
            <Select aria-label={t('objects.target')} showSearch={{ optionFilterProp: 'label' }} placeholder={t('objects.pick')} value={field.target || undefined} disabled={locked || Boolean(standing)} popupMatchSelectWidth={false} onChange={(target: string) => set({ target })} options={objects.filter((o) => o.name !== object || stands).map((o) => ({ value: o.name, label: titled(o.title, o.name) }))} />
          </Row>
          <Row label={t('objects.otherTitle')} hint={t('objects.otherHint', { object: titled(objects.find((o) => o.name === field.target)?.title, t('objects.otherObject')) })}>
            <TextBox keepEmpty label={t('objects.otherTitle')} value={field.other_title?.['zh-CN'] ?? ''} disabled={locked} onCommit={(zh) => set({ other_title: zh ? { ...field.other_title, 'zh-CN': zh } : undefined })} />
          </Row>
        </>
      ) : null}
      {field.type === 'formula' ? <FormulaEditor object={object} standing={stands} spec={spec} field={field} disabled={locked} onChange={(changes) => set(changes, 'formula' in changes ? 'formula' : '')} /> : null}
      {field.type === 'rollup' ? <RollupSettings object={object} field={field} objects={objects} disabled={locked} onChange={(rollup) => set({ rollup })} /> : null}
      {field.type === 'auto_number' ? (
        <>
          <Row label={t('objects.pattern')}><Input aria-label={t('objects.pattern')} value={field.pattern ?? ''} disabled={locked} onChange={(e) => set({ pattern: e.target.value }, 'pattern')} /></Row>
          <p className="muted small settings-note" data-testid="number-example">{example ? t('objects.patternExample', { example }) : t('objects.patternWrong')}</p>
        </>
      ) : null}
      {computed ? null : (
        <>
          <SwitchRow label={t('spec.required')} value={Boolean(field.required)} disabled={locked} onChange={(on) => set({ required: on || undefined })} />
          {field.required ? null : condition('required_when')}
        </>
      )}
      {condition('visible_when')}
      {computed ? null : <DefaultSetting field={field} objects={objects} disabled={locked} onChange={(value) => set({ default: value }, 'default')} />}
      {computed || field.type === 'long_text' ? null : <SwitchRow label={t('objects.unique')} hint={t('objects.uniqueHint')} value={Boolean(field.unique)} disabled={locked} onChange={(on) => set({ unique: on || undefined })} />}
      <Row label={t('objects.group')}><AutoComplete aria-label={t('objects.group')} value={field.group ?? ''} disabled={locked} placeholder={t('objects.noGroup')} options={groups.map((g) => ({ value: g }))} onChange={(g: string) => set({ group: g || undefined }, 'group')} /></Row>
      <Row label={t('objects.help')}><TextBox keepEmpty label={t('objects.help')} value={field.help?.['zh-CN'] ?? ''} disabled={locked} placeholder={t('objects.helpHint')} onCommit={(zh) => set({ help: zh ? { ...field.help, 'zh-CN': zh } : undefined })} /></Row>
      <details className="side-more">
        <summary>{t('objects.more')}</summary>
        <Row label={t('objects.titleEn')}><TextBox keepEmpty label={t('objects.titleEn')} value={field.title.en ?? ''} disabled={locked} onCommit={(en) => set({ title: en ? { ...field.title, en } : { 'zh-CN': field.title['zh-CN'] } })} /></Row>
        <Row label={t('objects.class')}><Select aria-label={t('objects.class')} value={field.class || 'plain'} disabled={locked} popupMatchSelectWidth={false} onChange={(c: string) => set({ class: c === 'plain' ? undefined : c })} options={['plain', 'personal', 'secret'].map((c) => ({ value: c, label: t(`objects.classes.${c}`) }))} /></Row>
        {computed ? null : <SwitchRow label={t('objects.track')} hint={t('objects.trackHint')} value={Boolean(field.track)} disabled={locked} onChange={(on) => set({ track: on || undefined })} />}
        <SwitchRow label={t('objects.index')} hint={t('objects.indexHint')} value={Boolean(field.index)} disabled={locked} onChange={(on) => set({ index: on || undefined })} />
        <Row label={t('objects.name')} hint={t('objects.nameHint')}><TextBox label={t('objects.name')} value={field.name} disabled={locked} onCommit={onName} /></Row>
        {field.aliases?.length ? <p className="muted small">{t('objects.also', { names: field.aliases.join(t('fmt.listJoin')) })}</p> : null}
        {standing && idOf(standing) !== field.name ? <p className="muted small">{t('objects.idIs', { id: idOf(standing) })}</p> : null}
      </details>
      {retyping ? <RetypeModal object={object} field={field} onClose={() => setRetyping(false)} /> : null}
    </Card>
  )
}

/** Without the members that say nothing. */
function cleaned(field: FieldSpec): FieldSpec {
  return Object.fromEntries(Object.entries(field).filter(([, v]) => v !== undefined)) as unknown as FieldSpec
}
