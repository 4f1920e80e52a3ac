import type { TagEdge } from '../config/specs'

/** A border between two bands: low tells that the number itself belongs to the lower one. */
export interface Cut { at: number; low: boolean }
/** Bands side by side over all numbers: one value more than cuts, "" for a stretch without a tag. There is no room for a gap or an overlap. */
export interface Bands { cuts: Cut[]; values: string[] }

const before = (a: Cut, b: Cut): boolean => a.at < b.at || (a.at === b.at && !a.low && b.low)

function low(e: TagEdge): Cut | null {
  return e.gte !== undefined ? { at: e.gte, low: false } : e.gt !== undefined ? { at: e.gt, low: true } : null
}
function high(e: TagEdge): Cut | null {
  return e.lt !== undefined ? { at: e.lt, low: false } : e.lte !== undefined ? { at: e.lte, low: true } : null
}

/** Written edges as bands side by side; what lies between or outside them is a stretch without a tag, what overlaps belongs to the lower one. */
export function bandsOf(edges: TagEdge[]): Bands {
  const sorted = [...edges].sort((a, b) => {
    const [x, y] = [low(a), low(b)]
    return x === null ? (y === null ? 0 : -1) : y === null ? 1 : before(x, y) ? -1 : before(y, x) ? 1 : 0
  })
  const out: Bands = { cuts: [], values: [] }
  let end: Cut | null | undefined // undefined: nothing yet; null: up to infinity
  for (const edge of sorted) {
    const [from, to] = [low(edge), high(edge)]
    if (end === null || (end && to && !before(end, to))) continue // all of it is taken
    if (end === undefined) {
      if (from) {
        out.values.push('')
        out.cuts.push(from)
      }
    } else if (from && before(end, from)) {
      out.cuts.push(end, from)
      out.values.push('')
    } else out.cuts.push(end)
    out.values.push(edge.value)
    end = to
  }
  if (end) {
    out.cuts.push(end)
    out.values.push('')
  }
  return out.values.length === 0 ? { cuts: [], values: [''] } : out
}

/** Bands as they are written; stretches without a tag are left out. */
export function edgesOf({ cuts, values }: Bands): TagEdge[] {
  return values.flatMap((value, i) => {
    if (!value) return []
    const [from, to] = [cuts[i - 1], cuts[i]]
    return [{ value, ...(from ? (from.low ? { gt: from.at } : { gte: from.at }) : {}), ...(to ? (to.low ? { lte: to.at } : { lt: to.at }) : {}) }]
  })
}

/** The reach of a bar that shows the bands, and the step in which its handles move. */
export function scale(cuts: Cut[]): { min: number; max: number; step: number } {
  const first = cuts[0]?.at ?? 0
  const last = cuts[cuts.length - 1]?.at ?? 0
  const min = Math.min(0, first * 1.4)
  const max = Math.max(last * 1.4, min + 1, cuts.length === 0 ? 100 : 0)
  const rough = (max - min) / 100
  const ten = 10 ** Math.floor(Math.log10(rough))
  const step = ten * ([1, 2, 5, 10].find((n) => n * ten >= rough) ?? 10)
  return { min, max, step: Math.max(step, 0.01) }
}

/** A border moved as far as its neighbours let it. */
export function moveCut(bands: Bands, i: number, to: number): Bands {
  const [left, right] = [bands.cuts[i - 1], bands.cuts[i + 1]]
  const gap = scale(bands.cuts).step
  const least = left ? Math.min(left.at + gap, bands.cuts[i]?.at ?? to) : -Infinity
  const most = right ? Math.max(right.at - gap, bands.cuts[i]?.at ?? to) : Infinity
  const at = Math.min(Math.max(to, least), most)
  return { ...bands, cuts: bands.cuts.map((c, n) => (n === i ? { ...c, at } : c)) }
}

/** A band split in two; the upper part has no tag yet. */
export function split(bands: Bands, i: number, value = ''): Bands {
  const [from, to] = [bands.cuts[i - 1], bands.cuts[i]]
  const away = (n: number, up: 1 | -1): number => (n === 0 ? up : n * up > 0 ? n * 2 : n / 2)
  const at = from && to ? (from.at + to.at) / 2 : from ? away(from.at, 1) : to ? (to.at > 0 ? to.at / 2 : away(to.at, -1)) : 0
  return {
    cuts: [...bands.cuts.slice(0, i), { at, low: false }, ...bands.cuts.slice(i)],
    values: [...bands.values.slice(0, i + 1), value, ...bands.values.slice(i + 1)],
  }
}

/** A band given up: its lower neighbour takes its place, the lowest goes to its upper one. */
export function join(bands: Bands, i: number): Bands {
  if (bands.values.length < 2) return { cuts: [], values: [''] }
  const cut = i === 0 ? 0 : i - 1
  return { cuts: bands.cuts.filter((_, n) => n !== cut), values: bands.values.filter((_, n) => n !== i) }
}

/** Bands to begin with: each value gets a stretch. */
export function firstBands(values: string[], unit: number): Bands {
  const list = values.length === 0 ? [''] : values
  return { cuts: list.slice(1).map((_, i) => ({ at: (i + 1) * unit, low: false })), values: list }
}
