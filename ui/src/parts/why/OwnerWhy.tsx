import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { Link } from 'react-router'
import { useRight } from '../../api/session'
import type { BranchTrace, OwnerExplain } from '../../api/types'
import { titled } from '../../i18n/titled'
import { exactInstant, instant } from '../format'
import { Candidates } from './Candidates'
import { TraceRoot, Verdict } from './TraceTree'

function Branch({ branch }: { branch: BranchTrace }) {
  const { t } = useTranslation()
  const matters = branch.chosen || branch.matched
  const [open, setOpen] = useState(Boolean(matters))
  const title = titled(branch.title, branch.name)
  return (
    <div className={`why-branch ${branch.chosen ? 'is-chosen' : ''}`}>
      <button type="button" className="why-branch-head" aria-expanded={open} onClick={() => setOpen(!open)}>
        <Verdict passed={branch.matched} />
        <span className="why-branch-title">{t('why.branch', { title })}</span>
        {branch.fallback ? <span className="why-note">{t('why.fallback')}</span> : null}
        {!branch.matched ? <span className="why-note">{t('why.notMatched')}</span> : !branch.chosen ? <span className="why-note">{t('why.matchedNobody')}</span> : null}
      </button>
      {open ? (
        <div className="why-branch-body">
          <TraceRoot node={branch.conditions} />
          {branch.matched ? <Candidates branch={branch} /> : null}
          {branch.chosen && (branch.strategy_text || branch.strategy) ? <p className="why-counts">{t('why.strategy', { text: branch.strategy_text || t(`strategy.${branch.strategy}`, { defaultValue: branch.strategy }) })}</p> : null}
        </div>
      ) : null}
    </div>
  )
}

export function ownerTitle(owner: OwnerExplain | null | undefined, t: (key: string, given?: Record<string, unknown>) => string): string {
  if (owner?.decision === 'pool') return t('why.whyPool')
  if (owner?.person) return t('why.whyPerson', { name: owner.person.name })
  return t('why.title')
}

/** Why this owner, or why the pool: the sentence, each branch, each candidate. lead: it waits in the pool, and its diagnosis is one click further. */
export function OwnerWhy({ owner, lead }: { owner: OwnerExplain; lead?: string }) {
  const { t } = useTranslation()
  const mayRead = useRight('definitions.read')
  return (
    <div>
      {owner.text ? <p className="why-sentence">{owner.text}</p> : null}
      {owner.reason && !owner.text?.includes(owner.reason) ? <p className="why-reason">{owner.reason}</p> : null}
      {(owner.branches ?? []).map((branch) => <Branch key={branch.name} branch={branch} />)}
      {!owner.branches?.length && !owner.text && !owner.reason ? <p className="muted">{t('why.nothing')}</p> : null}
      <p className="why-foot">
        {owner.at ? <time title={exactInstant(owner.at)} dateTime={owner.at}>{instant(owner.at)}</time> : null}
        {mayRead && owner.policy ? <Link to={`/config/assignment_policy/${owner.policy.name}`}>{t('why.rule')}</Link> : null}
        {lead ? <Link to={`/diagnosis?lead=${encodeURIComponent(lead)}`}>{t('diagnosis.link')}</Link> : null}
      </p>
    </div>
  )
}
