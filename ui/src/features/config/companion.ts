import { useDefinition, type Edited } from '../../api/config'
import type { Title } from '../../api/types'
import type { TagSpec } from './specs'

interface ObjectSpec { fields?: { name: string; tag_dimension?: string }[] }
interface Working { title: Title; spec: unknown }

/**
 * What has to be published together with a definition: a tag dimension is a column of its object, so a new one brings the field along.
 * Null while nothing is needed, or the object is not read yet.
 */
export function useCompanion(kind: string, name: string, working: Working): Edited | null {
  const tag = kind === 'tag_dimension' ? (working.spec as TagSpec) : null
  const object = useDefinition('object', tag?.object ?? '', tag !== null)
  const stored = object.data?.draft ?? object.data?.definition
  if (!tag || !stored) return null
  const spec = stored.spec as ObjectSpec
  const fields = spec.fields ?? []
  if (fields.some((f) => f.name === tag.field)) return null
  const field = { name: tag.field, title: working.title, type: 'choice', open: true, readonly: true, tag_dimension: name }
  return { kind: 'object', name: tag.object, title: stored.title, spec: { ...spec, fields: [...fields, field] } }
}
