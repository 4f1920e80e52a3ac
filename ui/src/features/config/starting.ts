import type { FormSpec, MaterialSpec } from '../../api/hosted'
import type { RoleSpec } from '../roles/spec'
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
  if (kind === 'form') {
    const spec: FormSpec = { channel: 'website_form', enabled: true, fields: [{ field: 'name', required: true }, { field: 'phone', required: true }, { field: 'company' }], min_seconds: 2, per_minute: 10 }
    return spec
  }
  if (kind === 'material') {
    const spec: MaterialSpec = { enabled: true, gate: 'phone', channel: 'website_form', file: { id: '', name: '', size: 0 } }
    return spec
  }
  if (kind === 'role') {
    const spec: RoleSpec = { rights: [], configure: [], objects: { person: { read: 'all' }, org_unit: { read: 'all' } } } // colleagues are known to everybody
    return spec
  }
  return {}
}
