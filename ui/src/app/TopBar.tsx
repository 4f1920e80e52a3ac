import { BellOutlined, DisconnectOutlined, SearchOutlined } from '@ant-design/icons'
import { lazy, Suspense, useEffect, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useSearchParams } from 'react-router'
import { useInbox } from '../api/inbox'
import { usePhone } from '../parts/usePhone'
import { JobsPill } from './JobsPill'
import { PersonMenu } from './PersonMenu'
import { Logo } from './Frame'

const InboxDrawer = lazy(() => import('../features/inbox/InboxDrawer'))

const palette = () => import('../features/search/SearchPalette')
const SearchPalette = lazy(palette)

function Search() {
  const { t } = useTranslation()
  const phone = usePhone()
  const [open, setOpen] = useState(false)
  useEffect(() => {
    const toggle = (event: KeyboardEvent): void => {
      if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === 'k') {
        event.preventDefault()
        setOpen((now) => !now)
      }
    }
    window.addEventListener('keydown', toggle)
    void palette() // at hand when the keys are pressed: what is typed next belongs into it
    return () => window.removeEventListener('keydown', toggle)
  }, [])
  return (
    <>
      <button type="button" className="top-search" aria-haspopup="dialog" aria-keyshortcuts="Control+K" onClick={() => setOpen(true)}>
        <SearchOutlined aria-hidden />
        <span className="top-search-text">{t(phone ? 'frame.searchShort' : 'frame.searchHint')}</span>
        {phone ? null : <kbd className="kbd" aria-hidden>Ctrl K</kbd>}
      </button>
      {open ? <Suspense fallback={null}><SearchPalette onClose={() => setOpen(false)} /></Suspense> : null}
    </>
  )
}

export function TopBar({ live }: { live: boolean }) {
  const { t } = useTranslation()
  const phone = usePhone()
  const [params, setParams] = useSearchParams()
  const { data } = useInbox()
  const unread = data?.unread ?? 0
  const open = params.get('inbox') === '1'
  const setOpen = (next: boolean): void =>
    setParams((old) => {
      const copy = new URLSearchParams(old)
      if (next) copy.set('inbox', '1')
      else copy.delete('inbox')
      return copy
    }, { replace: !next })
  return (
    <header className="top-bar">
      {phone ? <Logo /> : null}
      <Search />
      <div className="top-right">
        {live ? null : <span className="top-offline" role="status"><DisconnectOutlined aria-hidden /> {phone ? null : t('frame.reconnecting')}</span>}
        <JobsPill />
        <button type="button" className="top-inbox" aria-label={t('inbox.openWith', { count: unread })} onClick={() => setOpen(true)}>
          {phone ? <BellOutlined aria-hidden /> : t('inbox.title')}
          {unread > 0 ? <span className="top-count">{unread > 99 ? '99+' : unread}</span> : null}
        </button>
        <PersonMenu />
      </div>
      {open ? <Suspense fallback={null}><InboxDrawer onClose={() => setOpen(false)} /></Suspense> : null}
    </header>
  )
}
