import type { TFunction } from 'i18next'
import type { Meta, ObjectMeta } from '../../api/types'
import type { Terms } from '../../parts/terms'
import { choosable } from './columns'

/** What a list may be filtered by: the object's fields, and those one relation away. */
export function filterTerms(object: ObjectMeta, meta: Meta, t: TFunction): Terms {
  const own = object.fields.filter((f) => f.type !== 'json' && !['id', 'version', 'deleted_at'].includes(f.name))
  const far = choosable(object, meta).flatMap((c) => (c.kind === 'field' && c.field.name.includes('.') ? [c.field] : []))
  return { fields: [...own, ...far], me: t('cond.me') }
}
