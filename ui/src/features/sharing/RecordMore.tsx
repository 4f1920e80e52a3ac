import { EllipsisOutlined, ShareAltOutlined } from '@ant-design/icons'
import { Button, Dropdown } from 'antd'
import { lazy, Suspense, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useRight } from '../../api/session'
import { useShares } from '../../api/sharing'
import { viewing } from '../../api/viewing'
import './sharing.css'

const ShareModal = lazy(() => import('./ShareModal'))
const VisibilityDrawer = lazy(() => import('./VisibilityDrawer'))

/** What else can be done with a record: share it, and for who may ask, why somebody sees it or does not. A chip says with how many it is shared. */
export function RecordMore({ object, id }: { object: string; id: string }) {
  const { t } = useTranslation()
  const mayAsk = useRight('people.view_as')
  const [open, setOpen] = useState<'share' | 'why' | null>(null)
  const shares = useShares(object, id)
  const live = shares.data?.shares.filter((s) => s.live) ?? []
  return (
    <>
      {live.length > 0 ? <button type="button" className="sharing-chip" title={live.map((s) => s.name).join(t('fmt.listJoin'))} onClick={() => setOpen('share')}><ShareAltOutlined aria-hidden /> {t('sharing.chip', { count: live.length })}</button> : null}
      <Dropdown
        trigger={['click']}
        menu={{
          items: [
            { key: 'share', label: t('sharing.menu'), onClick: () => setOpen('share') },
            ...(mayAsk ? [{ key: 'why', label: t('sharing.why'), onClick: () => setOpen('why') }] : []),
          ],
        }}
      >
        <Button icon={<EllipsisOutlined aria-hidden />} aria-label={t('sharing.more')} />
      </Dropdown>
      <Suspense fallback={null}>
        {open === 'share' ? <ShareModal object={object} id={id} onClose={() => setOpen(null)} /> : null}
        {open === 'why' ? <VisibilityDrawer object={object} id={id} onClose={() => setOpen(null)} /> : null}
      </Suspense>
    </>
  )
}

/** Where a record is not to be seen while one looks as another: why not. */
export function WhyUnseen({ object, id }: { object: string; id: string }) {
  const { t } = useTranslation()
  const [open, setOpen] = useState(false)
  const as = viewing.current()
  if (!as) return null
  return (
    <>
      <Button onClick={() => setOpen(true)}>{t('sharing.whyUnseen', { name: as.name })}</Button>
      {open ? <Suspense fallback={null}><VisibilityDrawer object={object} id={id} person={as.person} onClose={() => setOpen(false)} /></Suspense> : null}
    </>
  )
}
