import { Drawer } from 'antd'
import { useTranslation } from 'react-i18next'
import { useExplain } from '../../api/records'
import { usePhone } from '../usePhone'
import type { WhySubject } from '../useWhy'
import { ownerTitle } from './OwnerWhy'
import { WhyPanel } from './WhyPanel'

export default function WhyDrawer({ why, onClose }: { why: WhySubject; onClose: () => void }) {
  const { t } = useTranslation()
  const phone = usePhone()
  const { data } = useExplain(why.object, why.id)
  const title = why.subject.startsWith('tag:') ? t('why.whyTags') : ownerTitle(data?.owner, t)
  return (
    <Drawer
      open
      onClose={onClose}
      title={title}
      extra={data?.owner?.revision !== undefined ? <span className="muted small">{t('why.revision', { n: data.owner.revision })}</span> : null}
      placement={phone ? 'bottom' : 'right'}
      size={phone ? '80%' : 460}
    >
      <WhyPanel {...why} heading={false} />
    </Drawer>
  )
}
