import type { ChannelSpec, TagSpec } from './specs'

/** Where a new definition starts; the other kinds ship with the template and are not made here. */
export function starting(kind: string, name: string): unknown {
  if (kind === 'tag_dimension') {
    const spec: TagSpec = { object: 'lead', field: `tag_${name}`, values: [], rules: [], otherwise: null }
    return spec
  }
  if (kind === 'channel') {
    const spec: ChannelSpec = { object: 'lead', source: '', enabled: true, assign: true, countdown: true, defaults: {} }
    return spec
  }
  return {}
}
