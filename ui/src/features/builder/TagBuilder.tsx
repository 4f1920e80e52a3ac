import { PlusOutlined } from '@ant-design/icons'
import { Button, Input, Select } from 'antd'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { children, type Condition } from '../../api/condition'
import { useMeta } from '../../api/session'
import { titled } from '../../i18n/titled'
import { Chip, toneOf } from '../../parts/Chip'
import { ConditionEditor } from '../../parts/ConditionEditor'
import { conditionWords } from '../../parts/conditionWords'
import { integer } from '../../parts/format'
import { Card } from '../../parts/PageHead'
import { Movers, Row } from '../config/parts'
import type { TagSpec } from '../config/specs'
import { useObjectTerms } from '../config/useTerms'
import { EdgeBands } from './BandBar'
import { edgesOf, firstBands } from './bands'
import { BuilderDnd, Spot, type Dragged, type Target } from './BuilderDnd'
import { FindingLine } from './FindingLine'
import { conditionOf, type PaletteItem } from './items'
import { BuilderLayout } from './layout'
import { Palette } from './Palette'
import type { BodyProps } from './PolicyBuilder'
import { nodeAt } from './tree'
import { carry, placed, put, treeOf, type Zone } from './zones'

const colors = ['grey', 'purple', 'blue', 'green', 'gold', 'red']
const numbers = ['money', 'integer', 'decimal', 'percent']

/** The tag builder: rules from top to bottom, then bands of a number, then a field's own value. */
export function TagBuilder({ name, spec, disabled, findings, trial, onChange, onRemedy, bottom, last }: BodyProps<TagSpec>) {
  const { t } = useTranslation()
  const meta = useMeta()
  const terms = useObjectTerms(spec.object)
  const [chosen, setChosen] = useState(0)
  const [opened, setOpened] = useState<string>()
  const values = spec.values ?? []
  const rules = spec.rules ?? []
  const bands = spec.bands ?? null
  const object = titled(meta.objects.find((o) => o.name === spec.object)?.title, spec.object)
  const numeric = terms.fields.filter((f) => numbers.includes(f.type))
  const plain = terms.fields.filter((f) => ['choice', 'text'].includes(f.type) && !f.tag_dimension)
  const options = values.filter((v) => v.value).map((v) => ({ value: v.value, label: titled(v.title, v.value) }))
  const hits = trial && !trial.of_file ? new Map(trial.summary.by_value.filter((v) => v.dimension === name).map((v) => [v.value, v.after])) : null
  const edit = (next: TagSpec, mark?: string): void => {
    setOpened(undefined)
    onChange(next, mark)
  }
  const addTo = (base: TagSpec, zone: Zone, item: PaletteItem, path: number[] = [], at?: number): void => {
    const node = conditionOf(item, terms)
    if (!node) return
    const index = at ?? children(nodeAt(treeOf(base, zone), path) ?? treeOf(base, zone)).length
    onChange(put(base, zone, path, index, node))
    setOpened(`${zone}|${[...path, index].join('.')}`)
  }
  const withRule = (): TagSpec => ({ ...spec, rules: [...rules, { value: options[Math.min(rules.length, options.length - 1)]?.value ?? '', when: { all: [] } }] })
  const newRule = (item?: PaletteItem): void => {
    setChosen(rules.length)
    if (item) addTo(withRule(), `rule/${rules.length}`, item)
    else edit(withRule())
  }
  const setBands = (field: string | undefined): void => {
    if (!field) return edit({ ...spec, bands: null })
    const unit = terms.fields.find((f) => f.name === field)?.type === 'money' ? 100_000 : terms.fields.find((f) => f.name === field)?.type === 'percent' ? 0.1 : 10
    edit({ ...spec, bands: bands ? { ...bands, field } : { field, edges: edgesOf(firstBands(values.map((v) => v.value).filter(Boolean), unit)), unknown: null } })
  }
  const drop = (dragged: Dragged, target: Target): void => {
    if (dragged.kind === 'item') {
      if (target.kind === 'spot' && target.name === 'bands') {
        if (numeric.some((f) => f.name === dragged.item.name)) setBands(dragged.item.name)
      } else if (target.kind === 'spot') newRule(dragged.item)
      else if (target.kind === 'card') addTo(spec, `rule/${target.name}`, dragged.item)
      else if (target.kind === 'before') addTo(spec, target.zone, dragged.item, target.path.slice(0, -1), target.path[target.path.length - 1])
      else addTo(spec, target.zone, dragged.item, target.path)
    } else if (dragged.kind === 'leaf') {
      if (target.kind === 'group') edit(carry(spec, dragged.zone, dragged.path, target.zone, target.path, children(nodeAt(treeOf(spec, target.zone), target.path) ?? ({ all: [] } as Condition)).length))
      else if (target.kind === 'before') edit(carry(spec, dragged.zone, dragged.path, target.zone, target.path.slice(0, -1), target.path[target.path.length - 1] ?? 0))
    }
  }
  const findingsAt = (part: string): React.ReactNode => findings.filter((f) => f.pointer.startsWith(`/spec/${part}`)).map((f, i) => <FindingLine key={i} finding={f} onRemedy={disabled ? undefined : () => onRemedy(f)} />)

  const ruleCards = (
    <>
      <p className="muted small build-hint">{t('tag.howHint')}</p>
      {rules.map((rule, i) => (
        <Spot key={i} target={{ kind: 'card', name: String(i) }} accepts={(d) => d.kind === 'item'} className="branch-spot">
          <div className={`config-card branch-card ${i === chosen ? 'is-selected' : ''}`} data-testid="rule" onFocusCapture={() => setChosen(i)} onPointerDownCapture={() => setChosen(i)}>
            <div className="config-card-head">
              <span className="badge-no">{i + 1}</span>
              <span className="muted">{t('tag.markAs')}</span>
              <Select aria-label={t('tag.ruleValue', { n: i + 1 })} value={rule.value || undefined} placeholder={t('builder.pickValue')} disabled={disabled} popupMatchSelectWidth={false} options={options} onChange={(value) => edit({ ...spec, rules: rules.map((r, at) => (at === i ? { ...r, value } : r)) })} />
              <span className="grow" />
              {hits?.has(rule.value) ? <span className="muted small num">{t('builder.hits', { n: integer(hits.get(rule.value)) })}</span> : null}
              <Movers what={t('tag.rule', { n: i + 1 })} first={i === 0} last={i === rules.length - 1} disabled={disabled} onMove={(step) => edit({ ...spec, rules: placed(rules, i, i + step) })} onRemove={() => edit({ ...spec, rules: rules.filter((_, at) => at !== i) })} />
            </div>
            <div className="config-card-body">
              <fieldset disabled={disabled}>
                <ConditionEditor zone={`rule/${i}`} terms={terms} value={rule.when} label={t('tag.rule', { n: i + 1 })} onChange={(when) => edit({ ...spec, rules: rules.map((r, at) => (at === i ? { ...r, when } : r)) }, `rule/${i}`)} />
              </fieldset>
            </div>
            {findingsAt(`rules/${i}`)}
            <p className="config-reads">{t('builder.ruleReads', { when: conditionWords(rule.when, terms, meta), value: rule.value || '…' })}</p>
          </div>
        </Spot>
      ))}
      <Spot target={{ kind: 'spot', name: 'new' }} accepts={(d) => d.kind === 'item'} className="new-spot">
        <Button type="dashed" block icon={<PlusOutlined aria-hidden />} disabled={disabled} onClick={() => newRule()}>{t('tag.addRule')}</Button>
        <span className="new-hint muted small">{t('builder.dropNewRule')}</span>
      </Spot>
    </>
  )
  const bandCard = (
    <Spot target={{ kind: 'spot', name: 'bands' }} accepts={(d) => d.kind === 'item' && numeric.some((f) => f.name === d.item.name)} className="branch-spot">
      <section className="config-section bands-section">
        <div className="row bands-head">
          <h3 className="grow">{t('tag.bands')}</h3>
          <Select aria-label={t('tag.bandField')} allowClear value={bands?.field || undefined} placeholder={t('builder.noBands')} disabled={disabled} popupMatchSelectWidth={false} onChange={(f?: string) => setBands(f)} options={numeric.map((f) => ({ value: f.name, label: titled(f.title, f.name) }))} />
        </div>
        <p className="muted small">{t(bands ? 'builder.bandsHow' : 'builder.bandsHint')}</p>
        {bands ? (
          <>
            <EdgeBands field={numeric.find((f) => f.name === bands.field) ?? { name: bands.field, title: { 'zh-CN': bands.field }, type: 'decimal' }} edges={bands.edges} options={options} disabled={disabled} onChange={(edges) => edit({ ...spec, bands: { ...bands, edges } }, 'bands')} />
            {findingsAt('bands')}
            <Row label={t('tag.unknown')}>
              <Select aria-label={t('tag.unknown')} allowClear value={bands.unknown || undefined} disabled={disabled} popupMatchSelectWidth={false} onChange={(unknown?: string) => edit({ ...spec, bands: { ...bands, unknown: unknown ?? null } })} options={options} placeholder={t('tag.noTag')} />
            </Row>
          </>
        ) : null}
      </section>
    </Spot>
  )
  const valueCard = (
    <Card title={t('tag.values')} testid="tag-values">
      <p className="muted small settings-note">{t('tag.valuesHint', { object })}</p>
      <ul className="lines">
        {values.map((v, i) => (
          <li key={i} className="line value-line">
            <Input className="line-main" aria-label={t('tag.valueNo', { n: i + 1 })} value={v.value} disabled={disabled} onChange={(e) => {
              const value = e.target.value
              const renamed = (x: string | null | undefined): string | null | undefined => (x === v.value && v.value ? value : x)
              edit({
                ...spec,
                values: values.map((x, at) => (at === i ? { ...x, value } : x)),
                rules: spec.rules ? rules.map((r) => ({ ...r, value: renamed(r.value) ?? '' })) : spec.rules,
                bands: bands ? { ...bands, edges: bands.edges.map((b) => ({ ...b, value: renamed(b.value) ?? '' })), unknown: renamed(bands.unknown) } : spec.bands,
                otherwise: renamed(spec.otherwise),
              }, `value/${i}`)
            }} />
            <Select aria-label={t('tag.color')} value={v.color ?? 'grey'} disabled={disabled} popupMatchSelectWidth={false} onChange={(color) => edit({ ...spec, values: values.map((x, at) => (at === i ? { ...x, color } : x)) })} options={[...new Set([...colors, v.color ?? 'grey'])].map((c) => ({ value: c, label: <Chip tone={toneOf(c)}>{t(`color.${c}`, { defaultValue: c })}</Chip> }))} />
            <Movers what={v.value} first={i === 0} last={i === values.length - 1} disabled={disabled} onMove={(step) => edit({ ...spec, values: placed(values, i, i + step) })} onRemove={() => edit({ ...spec, values: values.filter((_, at) => at !== i) })} />
          </li>
        ))}
      </ul>
      {findingsAt('values')}
      <Button type="link" icon={<PlusOutlined aria-hidden />} disabled={disabled} onClick={() => edit({ ...spec, values: [...values, { value: '' }] })}>{t('tag.addValue')}</Button>
    </Card>
  )
  const restCard = (
    <Card title={t('builder.rest')}>
      <Row label={t('tag.copyFrom')} hint={t('tag.copyHint')}>
        <Select aria-label={t('tag.copyFrom')} allowClear value={spec.copy || undefined} disabled={disabled} popupMatchSelectWidth={false} onChange={(copy?: string) => edit({ ...spec, copy: copy ?? null })} options={plain.map((f) => ({ value: f.name, label: titled(f.title, f.name) }))} placeholder={t('tag.noCopy')} />
      </Row>
      <Row label={t('tag.otherwise')} hint={t('tag.otherwiseHint')}>
        <Select aria-label={t('tag.otherwise')} allowClear value={spec.otherwise ?? undefined} disabled={disabled} popupMatchSelectWidth={false} onChange={(v?: string) => edit({ ...spec, otherwise: v ?? null })} options={options} placeholder={t('tag.noTag')} />
      </Row>
    </Card>
  )
  const current = Math.min(chosen, rules.length - 1)
  return (
    <BuilderDnd spec={spec} disabled={disabled} opened={opened} onEdit={edit as (s: never) => void} onDrop={drop}>
      <BuilderLayout
        bottom={bottom}
        last={last}
        parts={{
          palette: <Palette groups={[{ side: 'record', title: object, terms }]} disabled={disabled} onAdd={(item) => (current < 0 ? newRule(item) : addTo(spec, `rule/${current}`, item))} />,
          main: <>{ruleCards}{bandCard}</>,
          settings: <>{valueCard}{restCard}</>,
          steps: [
            { key: 'values', title: t('tag.values'), content: valueCard },
            { key: 'rules', title: t('builder.stepRules'), content: ruleCards },
            { key: 'bands', title: t('builder.stepBands'), content: <>{bandCard}{restCard}</> },
          ],
        }}
      />
    </BuilderDnd>
  )
}
