import { useTranslation } from 'react-i18next'
import type { InboxItem } from '../../api/types'
import { useCoarseNow } from '../../parts/clock'
import { Chip } from '../../parts/Chip'
import { ago, exactInstant } from '../../parts/format'
import './inbox.css'

export function InboxLine({ item, onOpen }: { item: InboxItem; onOpen: () => void }) {
  const { t } = useTranslation()
  const now = useCoarseNow()
  return (
    <li>
      <button type="button" className={`inbox-item ${item.read_at ? '' : 'is-unread'}`} onClick={onOpen} data-testid="inbox-item">
        <span className="inbox-head">
          <Chip tone={item.level ?? 'neutral'}>{t(`inbox.kind.${item.kind}`, { defaultValue: t('inbox.kind.other') })}</Chip>
          <span className="inbox-title">{item.title}</span>
          <time className="muted small" dateTime={item.at} title={exactInstant(item.at)}>{ago(item.at, now)}</time>
        </span>
        {item.body ? <span className="inbox-body">{item.body}</span> : null}
      </button>
    </li>
  )
}
