import { BellOutlined, DisconnectOutlined, SearchOutlined } from '@ant-design/icons'
import { Input, type InputRef } from 'antd'
import { lazy, Suspense, useEffect, useRef, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useLocation, useNavigate, useSearchParams } from 'react-router'
import { useInbox } from '../api/inbox'
import { useObject } from '../api/session'
import { usePhone } from '../parts/usePhone'
import { JobsPill } from './JobsPill'
import { PersonMenu } from './PersonMenu'
import { Logo } from './Frame'

const InboxDrawer = lazy(() => import('../features/inbox/InboxDrawer'))

function Search() {
  const { t } = useTranslation()
  const navigate = useNavigate()
  const { pathname } = useLocation()
  const [params] = useSearchParams()
  const input = useRef<InputRef>(null)
  const phone = usePhone()
  const q = pathname.startsWith('/objects/') ? (params.get('q') ?? '') : ''
  const [typed, setTyped] = useState<{ from: string; text: string }>({ from: q, text: q })
  const text = typed.from === q ? typed.text : q
  useEffect(() => {
    const focus = (event: KeyboardEvent): void => {
      if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === 'k') {
        event.preventDefault()
        input.current?.focus({ cursor: 'all' })
      }
    }
    window.addEventListener('keydown', focus)
    return () => window.removeEventListener('keydown', focus)
  }, [])
  const go = (): void => {
    const words = text.trim()
    const list = /^\/objects\/([^/]+)$/.exec(pathname)?.[1] ?? 'lead'
    void navigate(`/objects/${list}?view=all${words ? `&q=${encodeURIComponent(words)}` : ''}`)
  }
  return (
    <Input
      ref={input}
      className="top-search"
      role="searchbox"
      aria-label={t('frame.search')}
      prefix={<SearchOutlined aria-hidden />}
      suffix={phone ? null : <kbd className="kbd">Ctrl K</kbd>}
      placeholder={t(phone ? 'frame.searchShort' : 'frame.searchHint')}
      value={text}
      allowClear
      onChange={(e) => setTyped({ from: q, text: e.target.value })}
      onPressEnter={go}
      onClear={() => { if (q) void navigate(pathname + '?view=all') }}
    />
  )
}

export function TopBar({ live }: { live: boolean }) {
  const { t } = useTranslation()
  const phone = usePhone()
  const [params, setParams] = useSearchParams()
  const { data } = useInbox()
  const sells = useObject('lead') !== undefined // what is searched when nothing else is open
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
      {sells ? <Search /> : null}
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
