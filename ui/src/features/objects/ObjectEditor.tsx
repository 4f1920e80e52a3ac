import { ConfigProvider, Segmented } from 'antd'
import { useEffect, useMemo, useRef, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { Link } from 'react-router'
import type { Finding } from '../../api/builder'
import { useDefinitions } from '../../api/config'
import { nameFor } from '../../api/objects'
import { useMeta } from '../../api/session'
import type { Definition, DefinitionDetail, Field } from '../../api/types'
import { titled } from '../../i18n/titled'
import { Card } from '../../parts/PageHead'
import type { Terms } from '../../parts/terms'
import { usePhone } from '../../parts/usePhone'
import { BuilderHead } from '../builder/BuilderHead'
import { DragArea } from '../builder/BuilderDnd'
import { FindingLine } from '../builder/FindingLine'
import { BuilderLayout } from '../builder/layout'
import { useDraft } from '../builder/useDraft'
import { CheckLine } from '../config/CheckLine'
import { placeWords } from '../config/place'
import { PublishModal } from '../config/PublishModal'
import { Sentence } from '../config/Sentence'
import { useChecked } from '../config/useChecked'
import { FieldList, type Place } from './FieldList'
import { FieldPalette, type Held } from './FieldPalette'
import { FieldSettings } from './FieldSettings'
import { asField, fresh } from './kinds'
import { ObjectSettings } from './ObjectSettings'
import { PlanLine } from './PlanLine'
import { RemovedFields } from './RemovedFields'
import { RulesPanel } from './RulesPanel'
import { freeName, idOf, placeField, renameField, retitle, stepField, takenNames, withoutField, type FieldSpec, type ObjectSpec } from './spec'
import '../builder/builder.css'
import './objects.css'

interface Props { name: string; detail: DefinitionDetail; freshTitle: string | null; icon?: string }

type Tab = 'fields' | 'rules' | 'removed'

/** Where a new object starts: it has a name, and an owner as every record does. */
const starting = (title: string, icon?: string): ObjectSpec => ({ icon: icon ?? 'appstore', title_field: 'name', fields: [{ name: 'name', title: { 'zh-CN': title, en: 'Name' }, type: 'text', required: true }] })

const none: Definition[] = []

/** An object built by a director: types of fields on the left, the fields in the middle, the chosen one's settings on the right. */
export default function ObjectEditor({ name, detail, freshTitle, icon }: Props) {
  const { t } = useTranslation()
  const meta = useMeta()
  const phone = usePhone()
  const draft = useDraft('object', name, detail, { title: { 'zh-CN': freshTitle ?? name }, spec: starting(t('objects.nameField'), icon) })
  const { may, working, changed, hasDraft } = draft
  const spec = working.spec as ObjectSpec
  const served = detail.definition?.spec as ObjectSpec | undefined
  const definitions = useDefinitions()
  const objects = useMemo(() => definitions.data?.filter((d) => d.kind === 'object') ?? none, [definitions.data])
  const [chosen, setChosen] = useState('')
  const [added, setAdded] = useState('')
  const [tab, setTab] = useState<Tab>('fields')
  const [step, setStep] = useState(0)
  const check = useChecked(may && (changed || hasDraft) ? [{ kind: 'object', name, ...working }] : null)
  const findings: Finding[] = check.problems.map((p) => ({ severity: 'error', ...p }))
  const ownFindings = findings.filter((_, i) => { const p = check.problems[i]; return !p?.name || (p.kind === 'object' && p.name === name) })
  const sentence = check.sentences[`object/${name}`] ?? detail.sentence
  const title = titled(working.title, name)
  const known = meta.objects.find((o) => o.name === name) ?? meta.objects[0]
  const ownerTitle = titled(known?.fields.find((f) => f.name === 'owner')?.title, t('objects.ownerWord'))
  const terms = useMemo((): Terms => {
    const system: Field[] = (known?.fields ?? []).filter((f) => f.system && ['owner', 'created_at', 'created_by', 'updated_at'].includes(f.name))
    return { fields: [...spec.fields.map((f) => asField(f, objects)), ...system] }
  }, [spec.fields, objects, known])

  // What is asked of the server (a name from pinyin) comes to the object as it stands by then.
  const latest = useRef(draft)
  useEffect(() => { latest.current = draft })

  const set = (next: ObjectSpec, mark?: string): void => draft.set(next, mark)
  const field = spec.fields.find((f) => f.name === chosen)
  const standingOf = (f: FieldSpec): FieldSpec | undefined => served?.fields.find((s) => idOf(s) === idOf(f) || (!f.id && s.name === f.name))
  const settingsStep = 2

  const add = (type: string, place?: Place): void => {
    const label = t(`fieldType.${type}`)
    const taken = new Set(spec.fields.map((f) => f.title['zh-CN']))
    let zh = label
    for (let n = 2; taken.has(zh); n++) zh = `${label} ${n}`
    const made = fresh(type, freeName(type, takenNames(spec.fields)), zh)
    set({ ...spec, fields: placeField(spec.fields, made, place ?? { end: spec.fields[spec.fields.length - 1]?.group ?? '' }) })
    setTab('fields')
    setChosen(made.name)
    setAdded(made.name)
    if (phone) setStep(settingsStep)
  }
  const remove = (gone: string): void => {
    set(withoutField(spec, gone))
    if (chosen === gone) setChosen('')
  }
  const rename = (from: string, to: string): void => {
    const now = latest.current
    const its = now.working.spec as ObjectSpec
    if (now.publishing || !its.fields.some((f) => f.name === from)) return
    const free = freeName(to, takenNames(its.fields, from))
    if (free === from) return
    const was = its.fields.find((f) => f.name === from)
    let next = renameField(its, from, free)
    if (was && standingOf(was)) next = { ...next, fields: next.fields.map((f) => (f.name === free && !f.id ? { ...f, id: idOf(was) } : f)) }
    now.set(next, 'title')
    setChosen((c) => (c === from ? free : c))
    setAdded((a) => (a === from ? free : a))
  }
  const retitled = (f: FieldSpec, zh: string): void => {
    set(retitle(spec, f.name, zh), 'title')
    setAdded('')
    if (!standingOf(f)) void nameFor(zh, 'field').then((to) => rename(f.name, to), () => undefined) // without an answer the name stays as it is
  }
  const drop = (held: Held, where: unknown): void => {
    const place = where as Place
    if (held.kind === 'item') return add(held.type, place)
    const moved = spec.fields.find((f) => f.name === held.name)
    if (moved) set({ ...spec, fields: placeField(spec.fields, moved, place) })
  }
  const choose = (next: string): void => {
    setChosen(next)
    if (phone) setStep(settingsStep)
  }

  const list = (
    <FieldList
      fields={spec.fields} owner={ownerTitle} chosen={chosen} titleField={spec.title_field} findings={ownFindings} disabled={!may}
      onChoose={choose} onStep={(n, by) => set({ ...spec, fields: stepField(spec.fields, n, by) })} onRemove={remove}
    />
  )
  const rules = <RulesPanel spec={spec} title={title} terms={terms} findings={ownFindings} disabled={!may} onChange={set} />
  const removedFields = <RemovedFields object={name} disabled={!may} unsaved={changed || hasDraft} />
  const tabs: Tab[] = detail.definition ? ['fields', 'rules', 'removed'] : ['fields', 'rules']
  const main = (
    <>
      <Segmented<Tab> className="build-tabs" aria-label={t('objects.tabs')} value={tab} options={tabs.map((each) => ({ value: each, label: t(`objects.tab.${each}`, { n: each === 'fields' ? spec.fields.length : (spec.checks?.length ?? 0) + (spec.unique?.length ?? 0) }) }))} onChange={setTab} />
      {tab === 'fields' ? list : tab === 'rules' ? rules : removedFields}
    </>
  )
  const index = field ? spec.fields.indexOf(field) : -1
  const whole = <ObjectSettings name={name} title={working.title} spec={spec} disabled={!may} onTitle={(to) => draft.history.set({ ...working, title: to }, 'title')} onChange={set} />
  const settings = field ? (
    <>
      <button type="button" className="link small side-back" onClick={() => setChosen('')}>‹ {t('objects.whole')}</button>
      <FieldSettings
        key={`${field.id ?? ''}/${index}`} object={name} spec={spec} field={field} standing={standingOf(field)} stands={detail.definition !== null} unsaved={changed || hasDraft} objects={objects} terms={terms}
        findings={ownFindings.filter((f) => f.pointer === `/spec/fields/${index}` || f.pointer.startsWith(`/spec/fields/${index}/`))} disabled={!may} isNew={added === field.name}
        onChange={(next, mark) => set({ ...spec, fields: spec.fields.map((f) => (f.name === field.name ? next : f)) }, mark)}
        onTitle={(zh) => retitled(field, zh)} onName={(to) => rename(field.name, to)}
      />
    </>
  ) : whole
  const reads = sentence ? <Card title={t('config.reads')} testid="reads"><Sentence text={sentence} /></Card> : null
  const titleOf = (i: number): string => {
    const p = check.problems[i]
    if (!p?.name || (p.kind === 'object' && p.name === name)) return placeWords(p?.pointer ?? '', spec, t)
    const other = definitions.data?.find((d) => d.kind === p.kind && d.name === p.name)
    return t('objects.elsewhere', { kind: t(`kind.${p.kind}`, { defaultValue: p.kind }), title: titled(other?.title, p.name) })
  }
  const checks = (
    <Card title={t('config.check')} extra={findings.length > 0 ? t('builder.found', { n: findings.length }) : undefined} testid="check">
      {findings.length === 0 ? (
        <CheckLine state={check.state} error={check.error} retry={check.retry} fine={!detail.definition && !hasDraft && !changed ? 'config.fresh' : changed || hasDraft ? 'config.fine' : 'objects.live'} />
      ) : <ul className="problems">{findings.map((f, i) => <li key={i}><FindingLine finding={f} place={titleOf(i)} /></li>)}</ul>}
      <PlanLine object={name} given={may && (changed || hasDraft) && findings.length === 0 ? { title: working.title, spec } : null} />
    </Card>
  )
  const shown = meta.objects.find((o) => o.name === name)
  const parts = {
    palette: <FieldPalette disabled={!may} onAdd={(type) => add(type)} />,
    main,
    settings,
    steps: [
      { key: 'add', title: t('objects.stepAdd'), content: <FieldPalette disabled={!may} onAdd={(type) => add(type)} /> },
      { key: 'fields', title: t('objects.stepFields'), content: main },
      { key: 'settings', title: t('objects.stepSettings'), content: settings },
    ],
  }
  return (
    <>
      <BuilderHead draft={draft} up={{ to: '/config/objects', label: t('objects.list') }}>
        {shown && !shown.hide_from_menu ? <Link to={`/objects/${name}`}>{t('objects.open', { object: title })}</Link> : null}
      </BuilderHead>
      <ConfigProvider componentDisabled={!may}>
        <DragArea<Held> onDrop={drop}>
          <BuilderLayout parts={parts} bottom={<><div className="build-bottom-left">{checks}</div>{reads}</>} last={{ key: 'check', title: t('objects.stepCheck'), content: <>{checks}{reads}</> }} at={step} onAt={setStep} />
        </DragArea>
      </ConfigProvider>
      {draft.publishing ? <PublishModal only={[{ kind: 'object', name }]} companion={null} title={title} about={t('objects.publishText')} onClose={() => draft.setPublishing(false)} onPublished={draft.setPublished} /> : null}
    </>
  )
}
