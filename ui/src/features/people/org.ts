import type { Unit } from '../../api/types'

/** A unit and all under it. */
export function unitsBelow(units: Unit[], id: string): Set<string> {
  const out = new Set([id])
  for (let grown = true; grown; ) {
    grown = false
    for (const u of units) {
      if (u.parent && out.has(u.parent) && !out.has(u.id)) {
        out.add(u.id)
        grown = true
      }
    }
  }
  return out
}

/** The units at the top: without a parent, or whose parent is not there. */
export const topUnits = (units: Unit[]): Unit[] => units.filter((u) => !u.parent || !units.some((p) => p.id === u.parent))
