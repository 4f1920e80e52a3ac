import i18next from 'i18next'

/** The text of a title in the language shown; Chinese stands in where English is missing. */
export function titled(title: { 'zh-CN'?: string; en?: string } | string | null | undefined, fallback = ''): string {
  if (!title) return fallback
  if (typeof title === 'string') return title
  const first = i18next.language === 'en' ? title.en : title['zh-CN']
  return first || title['zh-CN'] || title.en || fallback
}
