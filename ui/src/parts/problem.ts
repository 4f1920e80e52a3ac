import i18next from 'i18next'
import { Problem } from '../api/client'

/** A refusal in a sentence: the server's words first, ours where it could not speak. */
export function problemText(error: unknown): string {
  if (!(error instanceof Problem)) return i18next.t('problem.unknown')
  if (error.code === 'offline') return i18next.t('problem.offline')
  const first = error.errors[0]
  const detail = error.detail || error.title
  const parts = [detail]
  if (first?.pointer && first.message && !detail.includes(first.message)) parts.push(first.message)
  if (first?.hint) parts.push(first.hint)
  const text = parts.filter(Boolean).join(i18next.t('problem.join'))
  if (text) return text
  return error.status >= 500 ? i18next.t('problem.server') : i18next.t('problem.unknown')
}
