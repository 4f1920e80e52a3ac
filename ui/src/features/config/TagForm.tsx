import { PlusOutlined } from '@ant-design/icons'
import { Button, Input, InputNumber, Select, Switch } from 'antd'
import { useTranslation } from 'react-i18next'
import { useMeta } from '../../api/session'
import { titled } from '../../i18n/titled'
import { Chip, toneOf } from '../../parts/Chip'
import { ConditionEditor } from '../../parts/ConditionEditor'
import { conditionWords } from '../../parts/conditionWords'
import { Movers, Row } from './parts'
import { moved, type FormProps, type TagEdge, type TagSpec } from './specs'
import { useObjectTerms } from './useTerms'

const colors = ['grey', 'purple', 'blue', 'green', 'gold', 'red']

export function TagForm({ spec, onChange, disabled }: FormProps<TagSpec>) {
  const { t } = useTranslation()
  const meta = useMeta()
  const terms = useObjectTerms(spec.object)
  const bands = spec.bands ?? null
  const values = spec.values ?? []
  const rules = spec.rules ?? []
  const object = meta.objects.find((o) => o.name === spec.object)
  const numeric = terms.fields.filter((f) => ['money', 'integer', 'decimal', 'percent'].includes(f.type))
  const plain = terms.fields.filter((f) => ['choice', 'text'].includes(f.type) && !f.tag_dimension)
  const options = values.map((v) => ({ value: v.value, label: titled(v.title, v.value) }))
  const setRule = (i: number, rule: (typeof rules)[number]): void => onChange({ ...spec, rules: rules.map((r, at) => (at === i ? rule : r)) })
  const setBands = (on: boolean): void =>
    onChange({ ...spec, bands: on ? { field: numeric[0]?.name ?? '', edges: values.map((v) => ({ value: v.value })), unknown: null } : null })
  return (
    <>
      <section className="config-section">
        <h3>{t('tag.values')}</h3>
        <p className="muted small">{t('tag.valuesHint', { object: titled(object?.title, spec.object) })}</p>
        <ul className="lines">
          {values.map((v, i) => (
            <li key={i} className="line">
              <Input className="line-main" aria-label={t('tag.valueNo', { n: i + 1 })} value={v.value} disabled={disabled} onChange={(e) => onChange({ ...spec, values: values.map((x, at) => (at === i ? { ...x, value: e.target.value } : x)) })} />
              <Select aria-label={t('tag.color')} value={v.color ?? 'grey'} disabled={disabled} popupMatchSelectWidth={false} onChange={(color) => onChange({ ...spec, values: values.map((x, at) => (at === i ? { ...x, color } : x)) })} options={[...new Set([...colors, v.color ?? 'grey'])].map((c) => ({ value: c, label: <Chip tone={toneOf(c)}>{t(`color.${c}`, { defaultValue: c })}</Chip> }))} />
              <Movers what={v.value} first={i === 0} last={i === values.length - 1} disabled={disabled} onMove={(step) => onChange({ ...spec, values: moved(values, i, step) })} onRemove={() => onChange({ ...spec, values: values.filter((_, at) => at !== i) })} />
            </li>
          ))}
        </ul>
        <Button type="link" icon={<PlusOutlined aria-hidden />} disabled={disabled} onClick={() => onChange({ ...spec, values: [...values, { value: '' }] })}>{t('tag.addValue')}</Button>
      </section>
      <section className="config-section">
        <h3>{t('tag.how')}</h3>
        <p className="muted small">{t('tag.howHint')}</p>
        {rules.map((rule, i) => (
          <div key={i} className="config-card">
            <div className="config-card-head">
              <span className="badge-no">{i + 1}</span>
              <span className="muted">{t('tag.markAs')}</span>
              <Select aria-label={t('tag.ruleValue', { n: i + 1 })} value={rule.value || undefined} disabled={disabled} popupMatchSelectWidth={false} options={options} onChange={(value) => setRule(i, { ...rule, value })} />
              <span className="grow" />
              <Movers what={t('tag.rule', { n: i + 1 })} first={i === 0} last={i === rules.length - 1} disabled={disabled} onMove={(step) => onChange({ ...spec, rules: moved(rules, i, step) })} onRemove={() => onChange({ ...spec, rules: rules.filter((_, at) => at !== i) })} />
            </div>
            <div className="config-card-body">
              <fieldset disabled={disabled}><ConditionEditor terms={terms} value={rule.when} label={t('tag.rule', { n: i + 1 })} onChange={(when) => setRule(i, { ...rule, when })} /></fieldset>
            </div>
            <p className="config-reads">{t('filter.reads', { text: conditionWords(rule.when, terms, meta) })}</p>
          </div>
        ))}
        <Button type="dashed" icon={<PlusOutlined aria-hidden />} disabled={disabled} onClick={() => onChange({ ...spec, rules: [...rules, { value: values[0]?.value ?? '', when: { all: [] } }] })}>{t('tag.addRule')}</Button>
      </section>
      <section className="config-section">
        <Row label={t('tag.bands')} hint={t('tag.bandsHint')}><Switch aria-label={t('tag.bands')} checked={Boolean(bands)} disabled={disabled} onChange={setBands} /></Row>
        {bands ? (
          <>
            <Row label={t('tag.bandField')}>
              <Select aria-label={t('tag.bandField')} value={bands.field} disabled={disabled} popupMatchSelectWidth={false} onChange={(field) => onChange({ ...spec, bands: { ...bands, field } })} options={numeric.map((f) => ({ value: f.name, label: titled(f.title, f.name) }))} />
            </Row>
            <Edges spec={spec} bands={bands} options={options} onChange={onChange} disabled={disabled} />
            <Row label={t('tag.unknown')}>
              <Select aria-label={t('tag.unknown')} allowClear value={bands.unknown || undefined} disabled={disabled} popupMatchSelectWidth={false} onChange={(unknown?: string) => onChange({ ...spec, bands: { ...bands, unknown: unknown ?? null } })} options={options} placeholder={t('tag.noTag')} />
            </Row>
          </>
        ) : null}
        <Row label={t('tag.copyFrom')} hint={t('tag.copyHint')}>
          <Select aria-label={t('tag.copyFrom')} allowClear value={spec.copy || undefined} disabled={disabled} popupMatchSelectWidth={false} onChange={(copy?: string) => onChange({ ...spec, copy: copy ?? null })} options={plain.map((f) => ({ value: f.name, label: titled(f.title, f.name) }))} placeholder={t('tag.noCopy')} />
        </Row>
        <Row label={t('tag.otherwise')} hint={t('tag.otherwiseHint')}>
          <Select aria-label={t('tag.otherwise')} allowClear value={spec.otherwise ?? undefined} disabled={disabled} popupMatchSelectWidth={false} onChange={(v?: string) => onChange({ ...spec, otherwise: v ?? null })} options={options} placeholder={t('tag.noTag')} />
        </Row>
      </section>
    </>
  )
}

interface EdgesProps { spec: TagSpec; bands: NonNullable<TagSpec['bands']>; options: { value: string; label: string }[]; onChange: (s: TagSpec) => void; disabled: boolean }

/** Bands by their exact edges: each bound says whether it belongs to the band. */
function Edges({ spec, bands, options, onChange, disabled }: EdgesProps) {
  const { t } = useTranslation()
  const edges = bands.edges
  const set = (i: number, edge: TagEdge): void => onChange({ ...spec, bands: { ...bands, edges: edges.map((e, at) => (at === i ? edge : e)) } })
  const bound = (i: number, edge: TagEdge, side: 'low' | 'high') => {
    const [open, closed] = side === 'low' ? (['gt', 'gte'] as const) : (['lt', 'lte'] as const)
    const kind = edge[closed] !== undefined ? closed : edge[open] !== undefined ? open : 'none'
    const value = kind === 'none' ? null : (edge[kind] ?? null)
    const put = (k: string, v: number | null): void => {
      const { [open]: _o, [closed]: _c, ...rest } = edge
      set(i, k === 'none' ? rest : { ...rest, [k]: v ?? 0 })
    }
    return (
      <span className="row nowrap-row">
        <Select aria-label={t(`tag.${side}`)} value={kind} disabled={disabled} popupMatchSelectWidth={false} onChange={(k) => put(k, value)} options={[{ value: 'none', label: t('tag.unbound') }, { value: closed, label: t(`cond.op.${closed}`) }, { value: open, label: t(`cond.op.${open}`) }]} />
        {kind === 'none' ? null : <InputNumber<number> aria-label={t(`tag.${side}Value`)} value={value} disabled={disabled} controls={false} style={{ width: 120 }} onChange={(v) => put(kind, v)} />}
      </span>
    )
  }
  return (
    <>
      <ul className="lines">
        {edges.map((edge, i) => (
          <li key={i} className="line line-wrap">
            <Select aria-label={t('tag.bandValue', { n: i + 1 })} className="line-main" value={edge.value || undefined} disabled={disabled} options={options} onChange={(value) => set(i, { ...edge, value })} />
            {bound(i, edge, 'low')}
            {bound(i, edge, 'high')}
            <Movers what={edge.value} first={i === 0} last={i === edges.length - 1} disabled={disabled} onRemove={() => onChange({ ...spec, bands: { ...bands, edges: edges.filter((_, at) => at !== i) } })} />
          </li>
        ))}
      </ul>
      <Button type="link" icon={<PlusOutlined aria-hidden />} disabled={disabled} onClick={() => onChange({ ...spec, bands: { ...bands, edges: [...edges, { value: '' }] } })}>{t('tag.addBand')}</Button>
    </>
  )
}
