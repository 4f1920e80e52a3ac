import { EditOutlined, RedoOutlined, UndoOutlined } from '@ant-design/icons'
import { App, Button, ConfigProvider, Input, Segmented } from 'antd'
import { useEffect, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { NavLink, useSearchParams } from 'react-router'
import { useLint, useTrial, type Finding } from '../../api/builder'
import { useDropDraft, useRestore, useSaveDraft } from '../../api/config'
import { mayConfigure, useMeta, useSession } from '../../api/session'
import type { DefinitionDetail } from '../../api/types'
import { titled } from '../../i18n/titled'
import { Chip } from '../../parts/Chip'
import { Card, PageHead } from '../../parts/PageHead'
import { problemText } from '../../parts/problem'
import { useCompanion } from '../config/companion'
import { placeWords } from '../config/place'
import { PublishModal } from '../config/PublishModal'
import { Sentence } from '../config/Sentence'
import type { PolicySpec, TagSpec } from '../config/specs'
import { starting } from '../config/starting'
import { useSettled } from '../../parts/useSettled'
import { CheckLine } from '../config/CheckLine'
import { useBase } from '../config/useBase'
import { useChecked } from '../config/useChecked'
import { writable, type Working } from '../config/working'
import { FairnessView } from './FairnessView'
import { FindingLine } from './FindingLine'
import { PolicyBuilder } from './PolicyBuilder'
import { TagBuilder } from './TagBuilder'
import { TrialPanel } from './TrialPanel'
import { useHistory } from './useHistory'
import './builder.css'

interface Props { kind: string; name: string; detail: DefinitionDetail; freshTitle: string | null }

/** The builder of tag dimensions and assignment policies: the rule, what the check says of it, what it would have done; draft, publish and undo. */
export default function BuilderPage({ kind, name, detail, freshTitle }: Props) {
  const { t } = useTranslation()
  const { message } = App.useApp()
  const session = useSession()
  const meta = useMeta()
  const may = mayConfigure(session, kind)
  const policy = kind === 'assignment_policy'
  const [params, setParams] = useSearchParams()
  const fair = policy && params.get('tab') === 'fairness'
  const stored = detail.draft ?? detail.definition
  const kept: Working = stored ? writable(stored) : { title: { 'zh-CN': freshTitle ?? name }, spec: starting(kind, name) }
  const history = useHistory<Working | null>(null)
  const working = history.now ?? kept
  const changed = history.now !== null
  const hasDraft = Boolean(detail.draft)
  const [publishing, setPublishing] = useState(false)
  const [naming, setNaming] = useState(false)
  const [published, setPublished] = useState<number | null>(null)
  const base = useBase(detail, changed)
  const save = useSaveDraft(kind, name)
  const drop = useDropDraft(kind, name)
  const restore = useRestore()
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
  const set = (spec: unknown, mark?: string): void => history.set({ ...working, spec }, mark)

  useEffect(() => {
    const keys = (e: KeyboardEvent): void => {
      const typing = (e.target as HTMLElement | null)?.matches('input, textarea, [contenteditable]')
      if (!(e.ctrlKey || e.metaKey) || e.key.toLowerCase() !== 'z' || typing) return
      e.preventDefault()
      if (e.shiftKey) history.redo()
      else history.undo()
    }
    window.addEventListener('keydown', keys)
    return () => window.removeEventListener('keydown', keys)
  }, [history])

  const saveDraft = (after?: () => void): void =>
    save.mutate({ ...working, base }, {
      onSuccess: () => {
        history.reset(null)
        if (after) after()
        else void message.success(t('config.saved'))
      },
      onError: (error) => void message.error(problemText(error)),
    })
  const publish = (): void => (changed || (!hasDraft && !detail.definition) ? saveDraft(() => setPublishing(true)) : setPublishing(true))
  const undoPublish = (n: number): void =>
    restore.mutate(n - 1, {
      onSuccess: () => {
        setPublished(null)
        history.reset(null)
        void message.success(t('builder.publishUndone'))
      },
      onError: (error) => void message.error(problemText(error)),
    })
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
      <nav className="build-crumb" aria-label={t('nav.config')}><NavLink to="/config" end>‹ {t('nav.config')}</NavLink><span className="muted"> · {t(`kind.${kind}`, { defaultValue: kind })}</span></nav>
      <PageHead
        title={naming ? (
          <Input className="build-title" autoFocus aria-label={t('config.name')} value={working.title['zh-CN']} onChange={(e) => history.set({ ...working, title: { ...working.title, 'zh-CN': e.target.value } }, 'title')} onBlur={() => setNaming(false)} onPressEnter={() => setNaming(false)} />
        ) : title}
        extra={<>
          {may && !naming ? <Button type="text" size="small" icon={<EditOutlined aria-hidden />} aria-label={t('builder.rename')} title={t('builder.rename')} onClick={() => setNaming(true)} /> : null}
          {changed ? <Chip tone="amber">{t('config.unsaved')}</Chip> : hasDraft ? <Chip tone="amber">{t('config.draft')}</Chip> : null}
          {detail.definition?.revision ? <span>{t('why.revision', { n: detail.definition.revision })}</span> : null}
          {published !== null && published === meta.revision && !changed ? <button type="button" className="link" disabled={restore.isPending} onClick={() => undoPublish(published)}>{t('builder.undoPublish')}</button> : null}
        </>}
      >
        {may ? (
          <>
            <Button type="text" icon={<UndoOutlined aria-hidden />} aria-label={t('builder.undo')} title={`${t('builder.undo')} Ctrl+Z`} disabled={!history.canUndo} onClick={history.undo} />
            <Button type="text" icon={<RedoOutlined aria-hidden />} aria-label={t('builder.redo')} title={`${t('builder.redo')} Ctrl+Shift+Z`} disabled={!history.canRedo} onClick={history.redo} />
            {hasDraft || changed ? <Button onClick={() => { history.reset(null); if (hasDraft) drop.mutate(undefined, { onError: (error) => void message.error(problemText(error)) }) }} loading={drop.isPending}>{t('config.dropDraft')}</Button> : null}
            <Button disabled={!changed} loading={save.isPending && !publishing} onClick={() => saveDraft()}>{t('config.saveDraft')}</Button>
            <Button type="primary" disabled={!changed && !hasDraft && detail.definition !== null} onClick={publish}>{t('config.publish')}</Button>
          </>
        ) : null}
      </PageHead>
      {policy && may ? <Segmented className="build-tabs" aria-label={t('builder.tabs')} value={fair ? 'fairness' : 'rule'} options={[{ value: 'rule', label: t('builder.rule') }, { value: 'fairness', label: t('builder.fairness') }]} onChange={(v) => setParams(v === 'fairness' ? { tab: 'fairness' } : {}, { replace: true })} /> : null}
      {fair ? <FairnessView object={(working.spec as PolicySpec).object} /> : (
        <ConfigProvider componentDisabled={!may}>
          {policy ? <PolicyBuilder {...body} spec={working.spec as PolicySpec} onChange={set} /> : <TagBuilder {...body} spec={working.spec as TagSpec} onChange={set} />}
        </ConfigProvider>
      )}
      {publishing ? <PublishModal only={[{ kind, name }]} companion={companion} title={title} onClose={() => setPublishing(false)} onPublished={setPublished} /> : null}
    </>
  )
}
