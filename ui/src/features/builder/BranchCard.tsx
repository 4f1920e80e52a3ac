import { useDraggable } from '@dnd-kit/core'
import { Input } from 'antd'
import { useEffect, useRef, type KeyboardEvent } from 'react'
import { useTranslation } from 'react-i18next'
import type { Finding } from '../../api/builder'
import type { Condition } from '../../api/condition'
import { useMeta } from '../../api/session'
import { titled } from '../../i18n/titled'
import { Chip } from '../../parts/Chip'
import { ConditionEditor } from '../../parts/ConditionEditor'
import { conditionWords } from '../../parts/conditionWords'
import { integer } from '../../parts/format'
import { Movers } from '../config/parts'
import type { Branch } from '../config/specs'
import { useCandidateTerms, useObjectTerms } from '../config/useTerms'
import { Spot, type Dragged } from './BuilderDnd'
import { FindingLine } from './FindingLine'
import { kept, rooted } from './tree'

export interface BranchCardProps {
  branch: Branch
  index: number
  total: number
  object: string
  selected: boolean
  disabled: boolean
  hits?: number
  findings: Finding[]
  /** Which of its two sides are shown; both on a wide screen. */
  sides: { when: boolean; who: boolean }
  onSelect: () => void
  onChange: (branch: Branch) => void
  onPlace: (to: number) => void
  onRemove: () => void
  onRemedy: (finding: Finding) => void
}

/** One branch: which records it takes, and among whom it chooses. */
export function BranchCard(props: BranchCardProps) {
  const { branch, index, total, object, selected, disabled, hits, findings, sides, onSelect, onChange, onPlace, onRemove, onRemedy } = props
  const { t } = useTranslation()
  const meta = useMeta()
  const terms = useObjectTerms(object)
  const repTerms = useCandidateTerms(object)
  const title = titled(branch.title, branch.name)
  const when = branch.when && Object.keys(branch.when).length > 0 ? (branch.when as Condition) : null
  const where = branch.candidates?.where
  return (
    <Spot target={{ kind: 'card', name: branch.name }} accepts={(d: Dragged) => d.kind === 'branch' ? d.name !== branch.name : d.kind === 'item'} className="branch-spot">
      <div className={`config-card branch-card ${selected ? 'is-selected' : ''}`} data-testid="branch" data-branch={branch.name} onFocusCapture={onSelect} onPointerDownCapture={onSelect}>
        <div className="config-card-head">
          <BranchHandle name={branch.name} title={title} index={index} total={total} disabled={disabled} onPlace={onPlace} />
          <span className="badge-no">{branch.fallback ? '∞' : index + 1}</span>
          <Input className="branch-title" variant="borderless" aria-label={t('policy.branchName', { n: index + 1 })} value={title} disabled={disabled} onChange={(e) => onChange({ ...branch, title: typeof branch.title === 'string' ? e.target.value : { ...branch.title, 'zh-CN': e.target.value } })} />
          {branch.fallback ? <Chip tone="neutral">{t('policy.fallback')}</Chip> : null}
          <span className="grow" />
          {hits !== undefined ? <span className="muted small num" data-testid="branch-hits">{t('builder.hits', { n: integer(hits) })}</span> : null}
          <Movers what={title} first={index === 0} last={index === total - 1} disabled={disabled} onMove={(step) => onPlace(index + step)} onRemove={onRemove} />
        </div>
        <div className={`config-card-body branch-body ${sides.when && sides.who ? '' : 'is-single'}`}>
          {sides.when ? (
            <fieldset disabled={disabled}>
              <legend>{t('policy.when')}</legend>
              <ConditionEditor zone={`when/${branch.name}`} terms={terms} value={when} label={t('policy.whenOf', { title })} onChange={(tree) => onChange({ ...branch, when: kept(tree) })} />
            </fieldset>
          ) : null}
          {sides.who ? (
            <fieldset disabled={disabled}>
              <legend>{t('builder.among', { strategy: t(`strategy.${branch.strategy}`) })}</legend>
              <ConditionEditor zone={`where/${branch.name}`} terms={repTerms} value={where} label={t('policy.repsOf', { title })} onChange={(tree) => onChange({ ...branch, candidates: { ...branch.candidates, where: kept(tree) } })} />
            </fieldset>
          ) : null}
        </div>
        {findings.map((f, i) => <FindingLine key={i} finding={f} onRemedy={disabled ? undefined : () => onRemedy(f)} />)}
        <p className="config-reads">
          {t('policy.reads', { when: conditionWords(when, terms, meta), who: where ? conditionWords(rooted(where), repTerms, meta) : t('policy.anyRep'), strategy: t(`strategy.${branch.strategy}`) })}
        </p>
      </div>
    </Spot>
  )
}

/** Takes the branch up by mouse; by keyboard the arrows and the number keys put it where it shall stand. */
function BranchHandle({ name, title, index, total, disabled, onPlace }: { name: string; title: string; index: number; total: number; disabled: boolean; onPlace: (to: number) => void }) {
  const { t } = useTranslation()
  const { setNodeRef, listeners } = useDraggable({ id: `branch:${name}`, data: { kind: 'branch', name, label: title } satisfies Dragged, disabled })
  const moved = useRef(false)
  const handle = useRef<HTMLButtonElement | null>(null)
  useEffect(() => {
    if (moved.current) handle.current?.focus()
    moved.current = false
  }, [index])
  const keys = (e: KeyboardEvent): void => {
    const to = e.key === 'ArrowUp' ? index - 1 : e.key === 'ArrowDown' ? index + 1 : /^[1-9]$/.test(e.key) ? Number(e.key) - 1 : null
    if (to === null || e.altKey || e.ctrlKey || e.metaKey) return
    e.preventDefault()
    if (to < 0 || to >= total || to === index) return
    moved.current = true
    onPlace(to)
  }
  return (
    <button
      ref={(node) => {
        setNodeRef(node)
        handle.current = node
      }}
      type="button"
      className="branch-handle"
      disabled={disabled}
      title={t('builder.handleHint')}
      aria-label={t('builder.handle', { title, n: index + 1 })}
      {...listeners}
      onKeyDown={keys}
    >
      <span aria-hidden>⠿</span>
    </button>
  )
}
