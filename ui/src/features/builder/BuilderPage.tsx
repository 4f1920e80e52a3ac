import { App, ConfigProvider, Segmented } from 'antd'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useSearchParams } from 'react-router'
import { useLint, useTrial, type Finding } from '../../api/builder'
import type { DefinitionDetail } from '../../api/types'
import { titled } from '../../i18n/titled'
import { Card } from '../../parts/PageHead'
import { useSettled } from '../../parts/useSettled'
import { CheckLine } from '../config/CheckLine'
import { useCompanion } from '../config/companion'
import { placeWords } from '../config/place'
import { PublishModal } from '../config/PublishModal'
import { Sentence } from '../config/Sentence'
import type { PolicySpec, TagSpec } from '../config/specs'
import { starting } from '../config/starting'
import { useChecked } from '../config/useChecked'
import { BuilderHead } from './BuilderHead'
import { FairnessView } from './FairnessView'
import { FindingLine } from './FindingLine'
import { PolicyBuilder } from './PolicyBuilder'
import { TagBuilder } from './TagBuilder'
import { TrialPanel } from './TrialPanel'
import { useDraft } from './useDraft'
import './builder.css'

interface Props { kind: string; name: string; detail: DefinitionDetail; freshTitle: string | null }

/** The builder of tag dimensions and assignment policies: the rule, what the check says of it, what it would have done; draft, publish and undo. */
export default function BuilderPage({ kind, name, detail, freshTitle }: Props) {
  const { t } = useTranslation()
  const { message } = App.useApp()
  const policy = kind === 'assignment_policy'
  const [params, setParams] = useSearchParams()
  const fair = policy && params.get('tab') === 'fairness'
  const draft = useDraft(kind, name, detail, { title: { 'zh-CN': freshTitle ?? name }, spec: starting(kind, name) })
  const { may, working, changed, hasDraft, set } = draft
  const companion = useCompanion(kind, name, working)
  const together = [{ kind, name, ...working }, ...(companion ? [companion] : [])]
  const asked = may && (changed || hasDraft)
  const check = useChecked(asked ? together : null)
  const problems: Finding[] = check.problems.map((p) => ({ severity: 'error', ...p }))
  const looked = policy && may && problems.length === 0 ? { kind, name, ...working } : null
  const lookedAt = useSettled(looked)
  const lint = useLint(lookedAt)
  const linting = looked !== null && (JSON.stringify(looked) !== JSON.stringify(lookedAt) || lint.isPending || lint.isPlaceholderData)
  const state = check.state === 'checking' || linting ? 'checking' : check.state === 'failed' || (looked !== null && lint.isError) ? 'failed' : 'done'
  const findings = [...problems, ...(policy && problems.length === 0 ? (lint.data ?? []) : [])]
  const sentence = check.sentences[`${kind}/${name}`] ?? detail.sentence
  const trial = useTrial((working.spec as { object: string }).object)
  const [tried, setTried] = useState('')
  const title = titled(working.title, name)
  const run = (file?: File): void => {
    setTried(JSON.stringify(working))
    trial.mutate({ drafts: together.map((d) => ({ kind: d.kind, name: d.name, title: d.title, spec: d.spec })), file })
  }
  const remedy = (f: Finding): void => {
    if (!f.remedy) return
    set(f.remedy.spec)
    void message.success(t('builder.mended', { label: f.remedy.label }))
  }
  const tag = policy ? null : { name, field: (working.spec as TagSpec).field }
  const reads = sentence ? <Card title={t('config.reads')} testid="reads"><Sentence text={sentence} /></Card> : null
  const checks = (
    <Card title={t('config.check')} extra={findings.length > 0 ? t('builder.found', { n: findings.length }) : undefined} testid="check">
      {findings.length === 0 ? (
        <CheckLine state={state} error={check.error ?? lint.error} retry={() => { check.retry(); void lint.refetch() }} fine={!detail.definition && !hasDraft && !changed ? 'config.fresh' : changed || hasDraft ? 'config.fine' : 'config.live'} />
      ) : <ul className="problems">{findings.map((f, i) => <li key={i}><FindingLine finding={f} place={placeWords(f.pointer, working.spec, t)} onRemedy={may ? () => remedy(f) : undefined} /></li>)}</ul>}
    </Card>
  )
  const trials = may ? <TrialPanel object={(working.spec as { object: string }).object} tag={tag} trial={trial.data} stale={tried !== JSON.stringify(working)} running={trial.isPending} error={trial.error} onRun={run} /> : null
  const bottom = <><div className="build-bottom-left">{checks}{reads}</div>{trials}</>
  const last = { key: 'try', title: t('builder.stepTry'), content: <>{checks}{trials}{reads}</> }
  const body = { name, disabled: !may, findings, trial: trial.data, onRemedy: remedy, bottom, last }
  return (
    <>
      <BuilderHead draft={draft} up={{ to: '/config', label: t('nav.config'), of: t(`kind.${kind}`, { defaultValue: kind }) }} />
      {policy && may ? <Segmented className="build-tabs" aria-label={t('builder.tabs')} value={fair ? 'fairness' : 'rule'} options={[{ value: 'rule', label: t('builder.rule') }, { value: 'fairness', label: t('builder.fairness') }]} onChange={(v) => setParams(v === 'fairness' ? { tab: 'fairness' } : {}, { replace: true })} /> : null}
      {fair ? <FairnessView object={(working.spec as PolicySpec).object} /> : (
        <ConfigProvider componentDisabled={!may}>
          {policy ? <PolicyBuilder {...body} spec={working.spec as PolicySpec} onChange={set} /> : <TagBuilder {...body} spec={working.spec as TagSpec} onChange={set} />}
        </ConfigProvider>
      )}
      {draft.publishing ? <PublishModal only={[{ kind, name }]} companion={companion} title={title} onClose={() => draft.setPublishing(false)} onPublished={draft.setPublished} /> : null}
    </>
  )
}
