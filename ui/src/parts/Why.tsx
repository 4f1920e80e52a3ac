import { useTranslation } from 'react-i18next'
import { useWhy } from './useWhy'
import './why-mark.css'

/** The one gesture: a small mark beside any owner or tag that opens its reasons. */
export function WhyMark({ object, id, subject, name }: { object: string; id: string; subject: string; name?: string }) {
  const { t } = useTranslation()
  const { open } = useWhy()
  return (
    <button
      type="button"
      className="why-mark"
      data-testid="why-mark"
      aria-label={name ? t('why.markOf', { name }) : t('why.mark')}
      title={t('why.mark')}
      onClick={(event) => {
        event.stopPropagation()
        open({ object, id, subject })
      }}
      onKeyDown={(event) => event.stopPropagation()}
    >
      ?
    </button>
  )
}
