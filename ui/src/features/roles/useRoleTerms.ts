import { useMemo } from 'react'
import { useTranslation } from 'react-i18next'
import { useMeta } from '../../api/session'
import type { Terms } from '../../parts/terms'
import { useObjectTerms } from '../config/useTerms'

/** What a role's condition may speak of: the record, and as values the facts of whoever has the role. */
export function useRoleTerms(object: string): Terms {
  const { t } = useTranslation()
  const meta = useMeta()
  const own = useObjectTerms(object)
  return useMemo(() => {
    const person = meta.objects.find((o) => o.name === 'person')?.fields.filter((f) => f.type !== 'json' && !['version', 'deleted_at'].includes(f.name)) ?? []
    const fields = person.map((f) => (f.name === 'id' ? { ...f, title: { 'zh-CN': t('roles.meSelf') } } : f))
    return { ...own, refs: { object: 'me', title: t('roles.me'), fields } }
  }, [meta, own, t])
}
