import { describe, expect, it } from 'vitest'
import { children, groupKind, type Condition } from '../src/api/condition'
import { bandsOf, edgesOf, firstBands, join, moveCut, scale, split, type Bands } from '../src/features/builder/bands'
import { insert, kept, leaves, move, nodeAt, nudge, remove, rooted } from '../src/features/builder/tree'
import { carry, placed, put, treeOf, withTree } from '../src/features/builder/zones'
import type { PolicySpec, TagSpec } from '../src/features/config/specs'

const leaf = (field: string): Condition => ({ field, op: 'eq', value: field })
const names = (c: Condition): string[] => (groupKind(c) ? children(c).flatMap(names) : [(c as { field: string }).field])
const tree: Condition = { all: [leaf('a'), { any: [leaf('b'), { none: [leaf('c')] }] }, leaf('d')] }

/** Numbers that come out the same on every run. */
function random(seed: number): () => number {
  let x = seed
  return () => {
    x = (x * 1103515245 + 12345) % 2147483648
    return x / 2147483648
  }
}

describe('tree', () => {
  it('puts, takes out and finds by path', () => {
    expect(nodeAt(tree, [1, 1, 0])).toEqual(leaf('c'))
    expect(names(insert(tree, [1], 1, leaf('x')))).toEqual(['a', 'b', 'x', 'c', 'd'])
    expect(remove(tree, [1, 0])).toEqual({ all: [leaf('a'), { any: [{ none: [leaf('c')] }] }, leaf('d')] })
    expect(remove(remove(tree, [1, 0]), [1, 0, 0]), 'inner groups left empty go').toEqual({ all: [leaf('a'), leaf('d')] })
    expect(kept({ all: [] })).toBeUndefined()
    expect(rooted({})).toEqual({ all: [] })
    expect(rooted(leaf('a'))).toEqual({ all: [leaf('a')] })
  })

  it('moves within, into, and out of groups; never a group into itself', () => {
    expect(names(move(tree, [0], [], 3))).toEqual(['b', 'c', 'd', 'a'])
    expect(move(tree, [2], [1], 0)).toEqual({ all: [leaf('a'), { any: [leaf('d'), leaf('b'), { none: [leaf('c')] }] }] })
    expect(move(tree, [1, 1, 0], [], 0), 'the group it leaves goes with it').toEqual({ all: [leaf('c'), leaf('a'), { any: [leaf('b')] }, leaf('d')] })
    expect(move(tree, [1], [1, 1], 0)).toBe(tree)
  })

  it('steps by keyboard: back, on, out, in', () => {
    expect(names(nudge(tree, [2], 'back'))).toEqual(['a', 'd', 'b', 'c'])
    expect(names(nudge(tree, [0], 'on'))).toEqual(['b', 'c', 'a', 'd'])
    expect(nudge(tree, [0], 'back')).toBe(tree)
    expect(nudge(tree, [2], 'on')).toBe(tree)
    expect(nudge(tree, [1, 0], 'out')).toEqual({ all: [leaf('a'), leaf('b'), { any: [{ none: [leaf('c')] }] }, leaf('d')] })
    expect(nudge(tree, [0], 'in')).toEqual({ all: [{ any: [leaf('a'), leaf('b'), { none: [leaf('c')] }] }, leaf('d')] })
    expect(nudge(tree, [2], 'in')).toEqual({ all: [leaf('a'), { any: [leaf('b'), { none: [leaf('c')] }, leaf('d')] }] })
  })

  it('loses no condition and adds none, whatever is moved where', () => {
    const next = random(7)
    let now: Condition = tree
    const paths = (c: Condition, at: number[] = []): number[][] => (groupKind(c) ? children(c).flatMap((k, i) => [[...at, i], ...paths(k, [...at, i])]) : [])
    for (let i = 0; i < 400; i++) {
      const all = paths(now)
      const from = all[Math.floor(next() * all.length)] as number[]
      const groups = [[], ...all.filter((p) => groupKind(nodeAt(now, p) as Condition))]
      const to = groups[Math.floor(next() * groups.length)] as number[]
      now = move(now, from, to, Math.floor(next() * 4))
      expect(names(now).sort()).toEqual(['a', 'b', 'c', 'd'])
      expect(leaves(now)).toBe(4)
    }
  })
})

describe('bands', () => {
  const shipped = [{ value: '<5万', lt: 50_000 }, { value: '5–20万', gte: 50_000, lte: 200_000 }, { value: '>20万', gt: 200_000 }]

  it('read and write what is shipped without a change', () => {
    expect(bandsOf(shipped)).toEqual({ cuts: [{ at: 50_000, low: false }, { at: 200_000, low: true }], values: ['<5万', '5–20万', '>20万'] })
    expect(edgesOf(bandsOf(shipped))).toEqual(shipped)
  })

  it('keep a stretch without a tag, between and outside', () => {
    const edges = [{ value: 'a', gte: 10, lt: 20 }, { value: 'b', gte: 30, lt: 40 }]
    expect(bandsOf(edges).values).toEqual(['', 'a', '', 'b', ''])
    expect(edgesOf(bandsOf(edges))).toEqual(edges)
    expect(edgesOf(bandsOf([...edges].reverse()))).toEqual(edges)
  })

  it('have no room for an overlap: it belongs to the lower band', () => {
    expect(edgesOf(bandsOf([{ value: 'a', lt: 80 }, { value: 'b', gte: 50 }]))).toEqual([{ value: 'a', lt: 80 }, { value: 'b', gte: 80 }])
    expect(edgesOf(bandsOf([{ value: 'a' }, { value: 'b', gte: 50 }]))).toEqual([{ value: 'a' }])
  })

  it('move a border no further than its neighbours, split and give up bands', () => {
    const b = bandsOf(shipped)
    expect(moveCut(b, 0, 80_000).cuts[0]?.at).toBe(80_000)
    expect(moveCut(b, 0, 900_000).cuts[0]?.at).toBeLessThan(200_000)
    expect(moveCut(b, 1, -5).cuts[1]?.at).toBeGreaterThan(50_000)
    expect(split(b, 1, 'x')).toEqual({ cuts: [b.cuts[0], { at: 125_000, low: false }, b.cuts[1]], values: ['<5万', '5–20万', 'x', '>20万'] })
    expect(join(b, 1)).toEqual({ cuts: [b.cuts[1]], values: ['<5万', '>20万'] })
    expect(join(b, 0)).toEqual({ cuts: [b.cuts[1]], values: ['5–20万', '>20万'] })
    expect(join({ cuts: [], values: ['a'] }, 0)).toEqual({ cuts: [], values: [''] })
    expect(edgesOf(firstBands(['a', 'b', 'c'], 10))).toEqual([{ value: 'a', lt: 10 }, { value: 'b', gte: 10, lt: 20 }, { value: 'c', gte: 20 }])
  })

  it('cover every number exactly once, whatever is done to them', () => {
    const next = random(11)
    let b: Bands = bandsOf(shipped)
    for (let i = 0; i < 300; i++) {
      const n = Math.floor(next() * b.values.length)
      const what = next()
      if (what < 0.2 && b.values.length < 7) b = split(b, n, `v${i}`)
      else if (what < 0.35 && b.values.length > 2) b = join(b, n)
      else if (b.cuts.length > 0) b = moveCut(b, Math.floor(next() * b.cuts.length), (next() - 0.2) * 400_000)
      expect(b.values).toHaveLength(b.cuts.length + 1)
      for (const [k, cut] of b.cuts.entries()) if (k > 0) expect(cut.at).toBeGreaterThanOrEqual(b.cuts[k - 1]?.at ?? 0)
      const edges = edgesOf(b)
      for (const x of [-1, 0, ...b.cuts.flatMap((c) => [c.at, c.at + 1e-3]), 1e9]) {
        const holds = edges.filter((e) => (e.lt === undefined || x < e.lt) && (e.lte === undefined || x <= e.lte) && (e.gt === undefined || x > e.gt) && (e.gte === undefined || x >= e.gte))
        expect(holds.length, `${x} in ${JSON.stringify(edges)}`).toBeLessThanOrEqual(1)
        if (b.values.every(Boolean)) expect(holds).toHaveLength(1)
      }
      expect(scale(b.cuts).step).toBeGreaterThan(0)
    }
  })
})

describe('zones', () => {
  const policy: PolicySpec = { object: 'lead', branches: [{ name: 'a', title: 'A', when: leaf('x') as never, candidates: { region: true }, strategy: 'round_robin' }, { name: 'b/c', title: 'B', strategy: 'weighted' }] }
  it('read and write a branch’s two conditions and a rule’s', () => {
    expect(treeOf(policy, 'when/a')).toEqual({ all: [leaf('x')] })
    const more = put(policy, 'where/b/c', [], 0, leaf('r'))
    expect(more.branches[1]?.candidates).toEqual({ where: { all: [leaf('r')] } })
    expect(withTree(policy, 'when/a', { all: [] }).branches[0]?.when, 'no condition is written as none').toBeUndefined()
    expect(policy.branches[0]?.when).toEqual(leaf('x'))
    const tag: TagSpec = { object: 'lead', field: 'f', values: [], rules: [{ value: 'v', when: { all: [] } }] }
    expect(put(tag, 'rule/0', [], 0, leaf('y')).rules?.[0]?.when).toEqual({ all: [leaf('y')] })
  })
  it('carry a condition to another branch, but not from records to reps', () => {
    const carried = carry(policy, 'when/a', [0], 'when/b/c', [], 0)
    expect([treeOf(carried, 'when/a'), treeOf(carried, 'when/b/c')]).toEqual([{ all: [] }, { all: [leaf('x')] }])
    expect(carry(policy, 'when/a', [0], 'where/a', [], 0)).toBe(policy)
    expect(placed(['a', 'b', 'c'], 0, 2)).toEqual(['b', 'c', 'a'])
    expect(placed(['a'], 0, 5)).toEqual(['a'])
  })
})
