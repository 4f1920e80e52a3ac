import { lazy, Suspense } from 'react'
import { useTranslation } from 'react-i18next'
import { isBlank, type EditProps, type FieldKind } from './kind'

const RichShow = lazy(() => import('./RichShow'))
const RichEditor = lazy(() => import('./RichEditor'))

/** The words of formatted text; what is parsed so runs and loads nothing. */
export function plainText(value: unknown): string {
  if (isBlank(value)) return ''
  const body = new DOMParser().parseFromString(String(value).replace(/<(?=\/?(p|br|li|h[1-3]|blockquote|pre|hr)\b)/gi, ' <'), 'text/html').body
  return (body.textContent ?? '').replace(/\s+/g, ' ').trim()
}

function Edit(props: EditProps) {
  const { t } = useTranslation()
  return <Suspense fallback={<span className="muted">{t('files.loading')}</span>}><RichEditor {...props} /></Suspense>
}

export const richText: FieldKind = {
  Show: ({ value }) => (isBlank(value) ? <>—</> : <Suspense fallback={<>{plainText(value)}</>}><RichShow html={String(value)} /></Suspense>),
  Edit,
  ops: ['not_empty', 'empty'],
  words: plainText,
}
