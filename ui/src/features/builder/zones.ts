import type { Condition } from '../../api/condition'
import type { Branch, PolicySpec, TagSpec } from '../config/specs'
import { kept, move, nodeAt, insert, remove, rooted, type Path } from './tree'

/** A place in a definition that holds a condition: "when/<branch>", "where/<branch>", "policy", "rule/<n>". */
export type Zone = string
export type Side = 'record' | 'rep'

export const sideOf = (zone: Zone): Side => (zone.startsWith('where/') ? 'rep' : 'record')

const branchOf = (zone: Zone): string => zone.slice(zone.indexOf('/') + 1)

type Spec = PolicySpec | TagSpec

/** The tree of a zone, as a group. */
export function treeOf(spec: Spec, zone: Zone): Condition {
  if ('branches' in spec) {
    if (zone === 'policy') return rooted(spec.when)
    const b = spec.branches.find((each) => each.name === branchOf(zone))
    return rooted(sideOf(zone) === 'rep' ? b?.candidates?.where : (b?.when as Condition | undefined))
  }
  return rooted((spec as TagSpec).rules?.[Number(branchOf(zone))]?.when)
}

export function withTree<S extends Spec>(spec: S, zone: Zone, tree: Condition): S {
  if ('branches' in spec) {
    const policy = spec as PolicySpec
    if (zone === 'policy') return { ...policy, when: kept(tree) ?? null } as S
    const put = (b: Branch): Branch => (sideOf(zone) === 'rep' ? { ...b, candidates: { ...b.candidates, where: kept(tree) } } : { ...b, when: kept(tree) })
    return { ...policy, branches: policy.branches.map((b) => (b.name === branchOf(zone) ? put(b) : b)) } as S
  }
  const tag = spec as TagSpec
  return { ...tag, rules: (tag.rules ?? []).map((r, i) => (i === Number(branchOf(zone)) ? { ...r, when: tree } : r)) } as S
}

/** A condition put into a zone. */
export const put = <S extends Spec>(spec: S, zone: Zone, path: Path, at: number, node: Condition): S => withTree(spec, zone, insert(treeOf(spec, zone), path, at, node))

/** A condition carried to another place, within its zone or to another one on the same side. */
export function carry<S extends Spec>(spec: S, from: Zone, path: Path, to: Zone, group: Path, at: number): S {
  if (from === to) return withTree(spec, to, move(treeOf(spec, from), path, group, at))
  const node = nodeAt(treeOf(spec, from), path)
  if (!node || sideOf(from) !== sideOf(to)) return spec
  return put(withTree(spec, from, remove(treeOf(spec, from), path)), to, group, at, node)
}

/** A list with one item taken to another position. */
export function placed<T>(list: T[], from: number, to: number): T[] {
  if (from === to || from < 0 || from >= list.length || to < 0 || to >= list.length) return list
  const next = [...list]
  const [item] = next.splice(from, 1)
  next.splice(to, 0, item as T)
  return next
}
