import { PlusOutlined } from '@ant-design/icons'
import { Button, Input, Select } from 'antd'
import { useTranslation } from 'react-i18next'
import type { Finding } from '../../api/builder'
import { useMeta } from '../../api/session'
import { titled } from '../../i18n/titled'
import { ConditionEditor } from '../../parts/ConditionEditor'
import { conditionWords } from '../../parts/conditionWords'
import type { Terms } from '../../parts/terms'
import { FindingLine } from '../builder/FindingLine'
import { placed } from '../builder/zones'
import { Movers, Row } from '../config/parts'
import { freeName, type CheckSpec, type ObjectSpec } from './spec'

interface Props { spec: ObjectSpec; title: string; terms: Terms; findings: Finding[]; disabled: boolean; onChange: (spec: ObjectSpec, mark?: string) => void }

/** What records may not be: checks with what is said to whoever fills them in, and sets of fields that no two records share. */
export function RulesPanel({ spec, title, terms, findings, disabled, onChange }: Props) {
  const { t } = useTranslation()
  const meta = useMeta()
  const checks = spec.checks ?? []
  const unique = spec.unique ?? []
  const own: Terms = { ...terms, refs: { object: 'record', title: t('objects.thisRecord'), fields: terms.fields } }
  const setChecks = (next: CheckSpec[], mark?: string): void => onChange({ ...spec, checks: next }, mark)
  const set = (i: number, changes: Partial<CheckSpec>, mark?: string): void => setChecks(checks.map((c, at) => (at === i ? { ...c, ...changes } : c)), mark)
  const fields = spec.fields.map((f) => ({ value: f.name, label: titled(f.title, f.name) }))
  const at = (part: string) => findings.filter((f) => f.pointer === `/spec/${part}` || f.pointer.startsWith(`/spec/${part}/`)).map((f, i) => <FindingLine key={i} finding={f} />)
  return (
    <>
      <p className="muted small build-hint">{t('objects.checksAbout')}</p>
      {checks.map((c, i) => (
        <div key={c.name} className="config-card branch-card" data-testid="object-check">
          <div className="config-card-head">
            <span className="badge-no">{i + 1}</span>
            <Input className="branch-title check-message" aria-label={t('objects.checkMessage', { n: i + 1 })} placeholder={t('objects.checkMessageHint')} value={c.message} disabled={disabled} onChange={(e) => set(i, { message: e.target.value }, `check/${i}`)} />
            <Movers what={t('objects.check', { n: i + 1 })} first={i === 0} last={i === checks.length - 1} disabled={disabled} onMove={(step) => setChecks(placed(checks, i, i + step))} onRemove={() => setChecks(checks.filter((_, n) => n !== i))} />
          </div>
          <div className="config-card-body">
            <fieldset disabled={disabled}>
              <legend>{t('objects.checkWhen')}</legend>
              <ConditionEditor terms={own} value={c.when} label={t('objects.check', { n: i + 1 })} onChange={(when) => set(i, { when }, `when/${i}`)} />
            </fieldset>
            <Row label={t('objects.checkAt')}><Select aria-label={t('objects.checkAt')} allowClear showSearch={{ optionFilterProp: 'label' }} placeholder={t('objects.checkWhole')} value={c.at} disabled={disabled} popupMatchSelectWidth={false} options={fields} onChange={(to?: string) => set(i, { at: to })} /></Row>
          </div>
          {at(`checks/${i}`)}
          <p className="config-reads">{t('objects.checkReads', { when: conditionWords(c.when, own, meta), message: c.message || '…' })}</p>
        </div>
      ))}
      <Button type="dashed" block icon={<PlusOutlined aria-hidden />} disabled={disabled} onClick={() => setChecks([...checks, { name: freeName('check', checks.map((c) => c.name)), when: { all: [] }, message: '' }])}>{t('objects.addCheck')}</Button>
      <section className="config-section unique-section">
        <h3>{t('objects.uniqueTogether')}</h3>
        <p className="muted small">{t('objects.uniqueAbout', { object: title })}</p>
        {unique.map((u, i) => (
          <div key={i} data-testid="object-unique">
            <div className="line">
              <Select mode="multiple" className="unique-fields" aria-label={t('objects.uniqueNo', { n: i + 1 })} placeholder={t('objects.uniquePick')} value={u.fields} disabled={disabled} maxCount={6} showSearch={{ optionFilterProp: 'label' }} options={[...fields, { value: 'owner', label: t('objects.ownerWord') }]} onChange={(list: string[]) => onChange({ ...spec, unique: unique.map((x, n) => (n === i ? { ...x, fields: list } : x)) })} />
              <Movers what={t('objects.uniqueNo', { n: i + 1 })} first last disabled={disabled} onRemove={() => onChange({ ...spec, unique: unique.filter((_, n) => n !== i) })} />
            </div>
            {at(`unique/${i}`)}
          </div>
        ))}
        <Button size="small" icon={<PlusOutlined aria-hidden />} disabled={disabled} onClick={() => onChange({ ...spec, unique: [...unique, { fields: [] }] })}>{t('objects.addUnique')}</Button>
      </section>
    </>
  )
}
