import { children, group, groupKind, type Condition } from '../../api/condition'

/** Where a node stands in a tree: the positions from the root down; the root itself is []. */
export type Path = number[]

export const deepest = 5

/** A rule's condition as a group that can be built upon; nothing is an empty group. */
export function rooted(value: Condition | Record<string, never> | null | undefined): Condition {
  if (!value || Object.keys(value).length === 0) return group('all', [])
  return groupKind(value as Condition) ? (value as Condition) : group('all', [value as Condition])
}

/** A tree without conditions is written as no tree: "always". */
export const kept = (tree: Condition): Condition | undefined => (groupKind(tree) && children(tree).length === 0 ? undefined : tree)

export function nodeAt(tree: Condition, path: Path): Condition | undefined {
  return path.reduce<Condition | undefined>((node, i) => (node ? children(node)[i] : undefined), tree)
}

function edit(tree: Condition, path: Path, change: (parts: Condition[]) => Condition[]): Condition {
  const kind = groupKind(tree)
  if (!kind) return tree
  const [i, ...rest] = path
  const parts = children(tree)
  if (i === undefined) return group(kind, change([...parts]))
  return group(kind, parts.map((part, at) => (at === i ? edit(part, rest, change) : part)))
}

/** The tree with a node put into the group at path, before position at (its end when past it). */
export function insert(tree: Condition, path: Path, at: number, node: Condition): Condition {
  return edit(tree, path, (parts) => [...parts.slice(0, at), node, ...parts.slice(at)])
}

export function remove(tree: Condition, path: Path): Condition {
  const last = path[path.length - 1]
  if (last === undefined) return tree
  return pruned(edit(tree, path.slice(0, -1), (parts) => parts.filter((_, i) => i !== last)))
}

/** Inner groups that have become empty go; the root may be empty. */
function pruned(tree: Condition): Condition {
  const kind = groupKind(tree)
  if (!kind) return tree
  return group(kind, children(tree).map((c) => (groupKind(c) && children(c).length > 0 ? pruned(c) : c)).filter((c) => !groupKind(c) || children(c).length > 0))
}

const starts = (path: Path, with_: Path): boolean => with_.every((n, i) => path[i] === n)

/** The tree with the node at from moved before position at of the group at to; a group is never moved into itself. */
export function move(tree: Condition, from: Path, to: Path, at: number): Condition {
  const node = nodeAt(tree, from)
  const old = from[from.length - 1]
  if (!node || old === undefined || starts(to, from)) return tree
  const hole = group('all', []) // told apart by being this very object
  const marked = edit(tree, from.slice(0, -1), (parts) => parts.map((part, i) => (i === old ? hole : part)))
  const put = insert(marked, to, at, node)
  const without = (t: Condition): Condition => {
    const kind = groupKind(t)
    return kind ? group(kind, children(t).filter((c) => c !== hole).map(without)) : t
  }
  return pruned(without(put))
}

export type Direction = 'back' | 'on' | 'out' | 'in'

/** A step by keyboard: among its siblings, out of its group to before it, or into the group that comes next (before). */
export function nudge(tree: Condition, path: Path, way: Direction): Condition {
  const i = path[path.length - 1]
  if (i === undefined) return tree
  const parent = path.slice(0, -1)
  const siblings = children(nodeAt(tree, parent) ?? tree)
  if (way === 'back') return i === 0 ? tree : move(tree, path, parent, i - 1)
  if (way === 'on') return i === siblings.length - 1 ? tree : move(tree, path, parent, i + 2)
  if (way === 'out') return parent.length === 0 ? tree : move(tree, path, parent.slice(0, -1), parent[parent.length - 1] ?? 0)
  for (const next of [i + 1, i - 1]) {
    const sibling = siblings[next]
    if (sibling && groupKind(sibling)) return move(tree, path, [...parent, next], next > i ? 0 : children(sibling).length)
  }
  return tree
}

/** How many conditions a tree holds. */
export const leaves = (tree: Condition | undefined | null): number => (!tree ? 0 : groupKind(tree) ? children(tree).reduce((n, c) => n + leaves(c), 0) : 1)
