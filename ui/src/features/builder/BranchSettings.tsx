import { Checkbox, InputNumber, Select, Switch } from 'antd'
import { useTranslation } from 'react-i18next'
import { useMeta } from '../../api/session'
import { titled } from '../../i18n/titled'
import { Card } from '../../parts/PageHead'
import { NumberRow, Row, SwitchRow } from '../config/parts'
import type { Branch, PolicySpec } from '../config/specs'
import { CandidatesNow } from './CandidatesNow'

const strategies = ['round_robin', 'least_loaded', 'highest_win_rate', 'weighted']
const filters = ['region', 'product_line', 'leave', 'hours'] as const

/** What the chosen branch asks of people besides its conditions: strategy, leave, hours, rank, caps, and whether the customer's owner comes first. */
export function BranchSettings({ branch, spec, disabled, onChange }: { branch: Branch; spec: PolicySpec; disabled: boolean; onChange: (b: Branch) => void }) {
  const { t } = useTranslation()
  const meta = useMeta()
  const title = titled(branch.title, branch.name)
  const candidates = branch.candidates ?? {}
  const set = (changes: NonNullable<Branch['candidates']>): void => onChange({ ...branch, candidates: { ...candidates, ...changes } })
  const ranks = meta.objects.find((o) => o.name === 'person')?.fields.find((f) => f.name === 'rank')?.options ?? []
  return (
    <Card title={t('builder.branchSettings', { title })} testid="branch-settings">
      <Row label={t('builder.strategy')}>
        <Select aria-label={t('policy.strategyOf', { title })} value={branch.strategy} disabled={disabled} popupMatchSelectWidth={false} onChange={(strategy) => onChange({ ...branch, strategy })} options={strategies.map((s) => ({ value: s, label: t(`strategy.${s}`) }))} />
      </Row>
      <p className="muted small settings-note">{t(`builder.strategyHelp.${branch.strategy}`, { defaultValue: '' })}</p>
      <div className="settings-checks">
        {filters.map((f) => <Checkbox key={f} checked={Boolean(candidates[f])} disabled={disabled} onChange={(e) => set({ [f]: e.target.checked })}>{t(`policy.filter.${f}`)}</Checkbox>)}
      </div>
      <Row label={t('policy.minRank')}>
        <Select aria-label={t('policy.minRankOf', { title })} allowClear value={candidates.min_rank ?? undefined} disabled={disabled} placeholder={t('policy.anyRank')} popupMatchSelectWidth={false} onChange={(v?: string) => set({ min_rank: v ?? null })} options={ranks.map((r) => ({ value: r.value, label: titled(r.title, r.value) }))} />
      </Row>
      <Row label={t('policy.dailyCap')} hint={t('builder.dailyCapHint')}>
        <InputNumber<number> aria-label={t('policy.dailyCapOf', { title })} min={1} precision={0} controls={false} style={{ width: 96 }} placeholder={t('policy.anyRank')} value={branch.daily_cap || null} disabled={disabled} onChange={(v) => onChange({ ...branch, daily_cap: v ?? undefined })} />
      </Row>
      {spec.keep_owner ? <SwitchRow label={t('builder.keepHere')} value={branch.keep_owner !== false} disabled={disabled} onChange={(on) => onChange({ ...branch, keep_owner: on ? undefined : false })} /> : null}
      <Row label={t('policy.fallback')} hint={t('builder.fallbackHint')}><Switch aria-label={t('policy.fallbackOf', { title })} checked={Boolean(branch.fallback)} disabled={disabled} onChange={(fallback) => onChange({ ...branch, fallback })} /></Row>
      {disabled ? null : <CandidatesNow where={candidates.where} object={spec.object} />}
    </Card>
  )
}

/** What holds for all branches. */
export function PolicySettings({ spec, disabled, onChange }: { spec: PolicySpec; disabled: boolean; onChange: (s: PolicySpec) => void }) {
  const { t } = useTranslation()
  const meta = useMeta()
  const relations = meta.objects.find((o) => o.name === spec.object)?.fields.filter((f) => f.type === 'relation') ?? []
  return (
    <Card title={t('builder.policySettings')} testid="policy-settings">
      <SwitchRow label={t('policy.enabled')} hint={t('policy.enabledHint')} value={spec.enabled !== false} disabled={disabled} onChange={(enabled) => onChange({ ...spec, enabled })} />
      <Row label={t('builder.keep')} hint={t('builder.keepHint')}>
        <Select aria-label={t('builder.keep')} value={spec.keep_owner ?? ''} disabled={disabled} popupMatchSelectWidth={false} onChange={(v: string) => onChange({ ...spec, keep_owner: v || undefined })} options={[{ value: '', label: t('builder.keepNot') }, ...relations.map((f) => ({ value: f.name, label: t('builder.keepBy', { field: titled(f.title, f.name) }) }))]} />
      </Row>
      <NumberRow label={t('policy.deadline')} hint={t('policy.deadlineHint')} unit={t('unit.minutes')} min={1} value={spec.deadline_minutes} disabled={disabled} onChange={(v) => onChange({ ...spec, deadline_minutes: v })} />
    </Card>
  )
}
