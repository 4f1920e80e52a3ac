import { PlusOutlined } from '@ant-design/icons'
import { Button, Select } from 'antd'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { Finding, Trial } from '../../api/builder'
import { useMeta } from '../../api/session'
import { titled } from '../../i18n/titled'
import { usePhone } from '../../parts/usePhone'
import type { Branch, PolicySpec } from '../config/specs'
import { useCandidateTerms, useObjectTerms } from '../config/useTerms'
import { BranchCard } from './BranchCard'
import { BranchSettings, PolicySettings } from './BranchSettings'
import { BuilderDnd, Spot, type Dragged, type Target } from './BuilderDnd'
import { conditionOf, type PaletteItem } from './items'
import { BuilderLayout, type Step } from './layout'
import { Palette } from './Palette'
import { children } from '../../api/condition'
import { carry, placed, put, treeOf, type Zone } from './zones'

export interface BodyProps<S> {
  name: string
  spec: S
  disabled: boolean
  findings: Finding[]
  trial?: Trial
  onChange: (spec: S, mark?: string) => void
  onRemedy: (f: Finding) => void
  bottom: React.ReactNode
  last: Step
}

const indexOf = (pointer: string): number => Number(/^\/spec\/branches\/(\d+)/.exec(pointer)?.[1] ?? -1)

/** The assignment builder: branches in their order, each with whom it takes and among whom it chooses. */
export function PolicyBuilder({ spec, disabled, findings, trial, onChange, onRemedy, bottom, last }: BodyProps<PolicySpec>) {
  const { t } = useTranslation()
  const phone = usePhone()
  const meta = useMeta()
  const terms = useObjectTerms(spec.object)
  const repTerms = useCandidateTerms(spec.object)
  const branches = spec.branches ?? []
  const [chosen, setChosen] = useState(branches[0]?.name ?? '')
  const [opened, setOpened] = useState<string>()
  const selected = branches.find((b) => b.name === chosen) ?? branches[0]
  const edit = (next: PolicySpec, mark?: string): void => {
    setOpened(undefined)
    onChange(next, mark)
  }
  const setBranches = (next: Branch[], mark?: string): void => edit({ ...spec, branches: next }, mark)
  const setBranch = (b: Branch): void => setBranches(branches.map((each) => (each.name === b.name ? b : each)), `branch/${b.name}`)
  const fresh = (): Branch => ({ name: `branch_${Date.now().toString(36)}`, title: t('policy.newBranch'), candidates: { region: true, leave: true }, strategy: 'round_robin' })
  const zoneFor = (item: PaletteItem, name: string): Zone => `${item.side === 'rep' ? 'where' : 'when'}/${name}`
  const addTo = (zone: Zone, item: PaletteItem, path: number[] = [], at = Infinity, base = spec): void => {
    const node = conditionOf(item, item.side === 'rep' ? repTerms : terms)
    if (!node) return
    const index = path.length === 0 && at === Infinity ? children(treeOf(base, zone)).length : at
    onChange(put(base, zone, path, index, node))
    setOpened(`${zone}|${[...path, index].join('.')}`)
  }
  const newBranch = (item?: PaletteItem): void => {
    const b = fresh()
    setChosen(b.name)
    const next = { ...spec, branches: [...branches.filter((x) => !x.fallback), b, ...branches.filter((x) => x.fallback)] }
    if (item) addTo(zoneFor(item, b.name), item, [], Infinity, next)
    else edit(next)
  }
  const drop = (dragged: Dragged, target: Target): void => {
    if (dragged.kind === 'branch') {
      if (target.kind === 'card') setBranches(placed(branches, branches.findIndex((b) => b.name === dragged.name), branches.findIndex((b) => b.name === target.name)))
      return
    }
    const spotted = target.kind === 'spot'
    if (dragged.kind === 'item') {
      if (spotted) newBranch(dragged.item)
      else if (target.kind === 'card') addTo(zoneFor(dragged.item, target.name), dragged.item)
      else {
        const fits = zoneFor(dragged.item, target.zone.slice(target.zone.indexOf('/') + 1))
        if (fits !== target.zone) addTo(fits, dragged.item)
        else if (target.kind === 'before') addTo(target.zone, dragged.item, target.path.slice(0, -1), target.path[target.path.length - 1])
        else addTo(target.zone, dragged.item, target.path, endOf(spec, target.zone, target.path))
      }
      return
    }
    if (target.kind === 'group') edit(carry(spec, dragged.zone, dragged.path, target.zone, target.path, endOf(spec, target.zone, target.path)))
    else if (target.kind === 'before') edit(carry(spec, dragged.zone, dragged.path, target.zone, target.path.slice(0, -1), target.path[target.path.length - 1] ?? 0))
  }
  const hits = trial && !trial.of_file ? new Map(trial.summary.by_branch.map((b) => [b.name, b.count])) : null
  const card = (branch: Branch, i: number, sides: { when: boolean; who: boolean }) => (
    <BranchCard
      key={branch.name}
      branch={branch}
      index={i}
      total={branches.length}
      object={spec.object}
      selected={!phone && branch.name === selected?.name}
      disabled={disabled}
      hits={hits ? (hits.get(branch.name) ?? 0) : undefined}
      findings={findings.filter((f) => indexOf(f.pointer) === i)}
      sides={sides}
      onSelect={() => setChosen(branch.name)}
      onChange={setBranch}
      onPlace={(to) => setBranches(placed(branches, i, to))}
      onRemove={() => setBranches(branches.filter((b) => b.name !== branch.name))}
      onRemedy={onRemedy}
    />
  )
  const add = (
    <Spot target={{ kind: 'spot', name: 'new' }} accepts={(d) => d.kind === 'item'} className="new-spot">
      <Button type="dashed" block icon={<PlusOutlined aria-hidden />} disabled={disabled} onClick={() => newBranch()}>{t('policy.addBranch')}</Button>
      <span className="new-hint muted small">{t('builder.dropNewBranch')}</span>
    </Spot>
  )
  const pick = (
    <div className="step-pick">
      <Select aria-label={t('builder.whichBranch')} value={selected?.name} options={branches.map((b, i) => ({ value: b.name, label: `${i + 1} ${titled(b.title, b.name)}` }))} onChange={setChosen} style={{ width: '100%' }} />
    </div>
  )
  const at = branches.findIndex((b) => b.name === selected?.name)
  const object = titled(meta.objects.find((o) => o.name === spec.object)?.title, spec.object)
  const settings = (
    <>
      {selected ? <BranchSettings branch={selected} spec={spec} disabled={disabled} onChange={setBranch} /> : null}
      <PolicySettings spec={spec} disabled={disabled} onChange={(s) => edit(s, 'policy')} />
    </>
  )
  return (
    <BuilderDnd spec={spec} disabled={disabled} opened={opened} onEdit={edit as (s: never) => void} onDrop={drop}>
      <BuilderLayout
        bottom={bottom}
        last={last}
        parts={{
          palette: <Palette groups={[{ side: 'record', title: object, terms }, { side: 'rep', title: t('builder.rep'), terms: repTerms }]} disabled={disabled || !selected} onAdd={(item) => selected && addTo(zoneFor(item, selected.name), item)} />,
          main: (
            <>
              <p className="muted small build-hint">{t('policy.branchesHint')}</p>
              {branches.map((b, i) => card(b, i, { when: true, who: true }))}
              {add}
              <p className="muted small policy-end">{t('policy.otherwise')}</p>
            </>
          ),
          settings,
          steps: [
            { key: 'branches', title: t('policy.branches'), content: <>{branches.map((b, i) => card(b, i, { when: false, who: false }))}{add}</> },
            { key: 'when', title: t('builder.stepWhen'), content: <>{pick}{selected ? card(selected, at, { when: true, who: false }) : null}</> },
            { key: 'who', title: t('builder.stepWho'), content: <>{pick}{selected ? card(selected, at, { when: false, who: true }) : null}{settings}</> },
          ],
        }}
      />
    </BuilderDnd>
  )
}

const endOf = (spec: PolicySpec, zone: Zone, path: number[]): number => {
  let node = treeOf(spec, zone)
  for (const i of path) node = children(node)[i] ?? node
  return children(node).length
}
