import { PlusOutlined } from '@ant-design/icons'
import { Button, Checkbox, Input, InputNumber, Select, Switch } from 'antd'
import { useTranslation } from 'react-i18next'
import { useMeta } from '../../api/session'
import { children, groupKind, type Condition } from '../../api/condition'
import { titled } from '../../i18n/titled'
import { ConditionEditor } from '../../parts/ConditionEditor'
import { conditionWords } from '../../parts/conditionWords'
import { Movers, NumberRow, SwitchRow } from './parts'
import { moved, type Branch, type FormProps, type PolicySpec } from './specs'
import { useCandidateTerms, useObjectTerms } from './useTerms'

const strategies = ['round_robin', 'least_loaded', 'highest_win_rate', 'weighted']
const filters = ['region', 'product_line', 'leave', 'hours'] as const

/** A tree without conditions is written as no tree: "always". */
const kept = (tree: Condition): Condition | undefined => (groupKind(tree) && children(tree).length === 0 ? undefined : tree)

const asCondition = (when: Branch['when']): Condition | null => (when && Object.keys(when).length > 0 ? (when as Condition) : null)

/** Ordered branches: the first whose conditions hold and that finds a rep gives the owner. */
export function PolicyForm({ spec, onChange, disabled }: FormProps<PolicySpec>) {
  const { t } = useTranslation()
  const branches = spec.branches ?? []
  const set = (next: Branch[]): void => onChange({ ...spec, branches: next })
  const add = (): void =>
    set([...branches, { name: `branch_${Date.now().toString(36)}`, title: t('policy.newBranch'), candidates: { region: true, leave: true }, strategy: 'round_robin' }])
  return (
    <>
      <section className="config-section">
        <SwitchRow label={t('policy.enabled')} hint={t('policy.enabledHint')} value={spec.enabled !== false} disabled={disabled} onChange={(enabled) => onChange({ ...spec, enabled })} />
        <NumberRow label={t('policy.deadline')} hint={t('policy.deadlineHint')} unit={t('unit.minutes')} min={1} value={spec.deadline_minutes} disabled={disabled} onChange={(v) => onChange({ ...spec, deadline_minutes: v })} />
      </section>
      <section className="config-section">
        <h3>{t('policy.branches')}</h3>
        <p className="muted small">{t('policy.branchesHint')}</p>
        {branches.map((branch, i) => (
          <BranchCard
            key={branch.name}
            branch={branch}
            index={i}
            object={spec.object}
            disabled={disabled}
            first={i === 0}
            last={i === branches.length - 1}
            onChange={(next) => set(branches.map((b, at) => (at === i ? next : b)))}
            onMove={(step) => set(moved(branches, i, step))}
            onRemove={() => set(branches.filter((_, at) => at !== i))}
          />
        ))}
        <Button type="dashed" icon={<PlusOutlined aria-hidden />} disabled={disabled} onClick={add}>{t('policy.addBranch')}</Button>
        <p className="muted small policy-end">{t('policy.otherwise')}</p>
      </section>
    </>
  )
}

interface CardProps { branch: Branch; index: number; object: string; disabled: boolean; first: boolean; last: boolean; onChange: (b: Branch) => void; onMove: (step: 1 | -1) => void; onRemove: () => void }

function BranchCard({ branch, index, object, disabled, first, last, onChange, onMove, onRemove }: CardProps) {
  const { t } = useTranslation()
  const meta = useMeta()
  const terms = useObjectTerms(object)
  const repTerms = useCandidateTerms(object)
  const title = titled(branch.title, branch.name)
  const candidates = branch.candidates ?? {}
  const ranks = meta.objects.find((o) => o.name === 'person')?.fields.find((f) => f.name === 'rank')?.options ?? []
  const setCandidates = (changes: Branch['candidates']): void => onChange({ ...branch, candidates: { ...candidates, ...changes } })
  return (
    <div className="config-card" data-testid="branch">
      <div className="config-card-head">
        <span className="badge-no">{branch.fallback ? '∞' : index + 1}</span>
        <Input className="branch-title" variant="filled" aria-label={t('policy.branchName', { n: index + 1 })} value={title} disabled={disabled} onChange={(e) => onChange({ ...branch, title: typeof branch.title === 'string' ? e.target.value : { ...branch.title, 'zh-CN': e.target.value } })} />
        <label className="row small"><Switch size="small" aria-label={t('policy.fallbackOf', { title })} checked={Boolean(branch.fallback)} disabled={disabled} onChange={(fallback) => onChange({ ...branch, fallback })} />{t('policy.fallback')}</label>
        <Movers what={title} first={first} last={last} disabled={disabled} onMove={onMove} onRemove={onRemove} />
      </div>
      <div className="config-card-body branch-body">
        <fieldset disabled={disabled}>
          <legend>{t('policy.when')}</legend>
          <ConditionEditor terms={terms} value={asCondition(branch.when)} label={t('policy.whenOf', { title })} onChange={(when) => onChange({ ...branch, when: kept(when) })} />
        </fieldset>
        <fieldset disabled={disabled}>
          <legend className="row">
            <span>{t('policy.from')}</span>
            <Select size="small" aria-label={t('policy.strategyOf', { title })} value={branch.strategy} disabled={disabled} popupMatchSelectWidth={false} onChange={(strategy) => onChange({ ...branch, strategy })} options={strategies.map((s) => ({ value: s, label: t(`strategy.${s}`) }))} />
            <span>{t('policy.pick')}</span>
          </legend>
          <div className="branch-filters">
            {filters.map((f) => <Checkbox key={f} checked={Boolean(candidates[f])} disabled={disabled} onChange={(e) => setCandidates({ [f]: e.target.checked })}>{t(`policy.filter.${f}`)}</Checkbox>)}
            <span className="row">
              <span>{t('policy.dailyCap')}</span>
              <InputNumber<number> size="small" aria-label={t('policy.dailyCapOf', { title })} min={1} precision={0} controls={false} style={{ width: 64 }} placeholder={t('policy.anyRank')} value={branch.daily_cap || null} disabled={disabled} onChange={(v) => onChange({ ...branch, daily_cap: v ?? undefined })} />
            </span>
            <span className="row">
              <span>{t('policy.minRank')}</span>
              <Select size="small" aria-label={t('policy.minRankOf', { title })} allowClear value={candidates.min_rank ?? undefined} disabled={disabled} placeholder={t('policy.anyRank')} popupMatchSelectWidth={false} onChange={(v?: string) => setCandidates({ min_rank: v ?? null })} options={ranks.map((r) => ({ value: r.value, label: titled(r.title, r.value) }))} />
            </span>
          </div>
          <ConditionEditor terms={repTerms} value={candidates.where} label={t('policy.repsOf', { title })} onChange={(where) => setCandidates({ where: kept(where) })} />
        </fieldset>
      </div>
      <p className="config-reads">
        {t('policy.reads', {
          when: conditionWords(asCondition(branch.when), terms, meta),
          who: candidates.where ? conditionWords(candidates.where, repTerms, meta) : t('policy.anyRep'),
          strategy: t(`strategy.${branch.strategy}`),
        })}
      </p>
    </div>
  )
}
