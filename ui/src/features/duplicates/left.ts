import type { TFunction } from 'i18next'
import type { Left } from '../../api/duplicates'

/** What taking a merge back left as it is, in words. */
export function leftText(left: Left[], t: TFunction): string {
  return left.map((l) => t(`duplicates.left.${l.kind}`, { name: l.title ? `${l.name}“${l.title}”` : l.name, count: l.count ?? 0 })).join(t('duplicates.left.and'))
}
