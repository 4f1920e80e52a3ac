import type { Meta, TagDimension } from '../api/types'

const dotted = 4

/** The entries of a tag map in the order of the dimensions; those unknown come last. */
export function inOrder<T>(tags: Record<string, T> | undefined, meta: Meta): [string, T][] {
  const at = (name: string): number => {
    const found = meta.tag_dimensions.findIndex((d) => d.name === name)
    return found < 0 ? meta.tag_dimensions.length : found
  }
  return Object.entries(tags ?? {}).sort(([a], [b]) => at(a) - at(b))
}

/** A value's colour where it tells something at a glance: in dimensions of a few values. */
export function tagColor(dimension: TagDimension | undefined, value: unknown): string | undefined {
  if (!dimension || dimension.values.length > dotted) return undefined
  return dimension.values.find((v) => v.value === value)?.color
}
