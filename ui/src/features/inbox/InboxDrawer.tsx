import { Button, Drawer } from 'antd'
import { useTranslation } from 'react-i18next'
import { useNavigate } from 'react-router'
import { useInbox, useMarkRead } from '../../api/inbox'
import type { InboxItem } from '../../api/types'
import { Empty, Failed, Loading } from '../../parts/States'
import { usePhone } from '../../parts/usePhone'
import { InboxLine } from './InboxLine'

export default function InboxDrawer({ onClose }: { onClose: () => void }) {
  const { t } = useTranslation()
  const phone = usePhone()
  const navigate = useNavigate()
  const inbox = useInbox()
  const mark = useMarkRead()
  const open = (item: InboxItem): void => {
    if (!item.read_at) mark.mutate(item.id)
    if (item.object && item.record_id) void navigate(`/objects/${item.object}/${item.record_id}`)
  }
  const items = inbox.data?.items ?? []
  return (
    <Drawer
      open
      onClose={onClose}
      title={t('inbox.title')}
      size={phone ? '100%' : 420}
      extra={(inbox.data?.unread ?? 0) > 0 ? <Button type="link" onClick={() => mark.mutate(undefined)}>{t('inbox.readAll')}</Button> : null}
      styles={{ body: { padding: 0 } }}
    >
      {inbox.isPending ? <Loading rows={6} />
        : inbox.isError && !inbox.data ? <Failed error={inbox.error} retry={() => void inbox.refetch()} />
        : items.length === 0 ? <Empty title={t('inbox.none')} text={t('inbox.noneText')} />
        : <ul className="inbox-list">{items.map((item) => <InboxLine key={item.id} item={item} onOpen={() => open(item)} />)}</ul>}
    </Drawer>
  )
}
