import { MenuFoldOutlined, MenuUnfoldOutlined } from '@ant-design/icons'
import { lazy, Suspense, useState, type ReactNode } from 'react'
import { useTranslation } from 'react-i18next'
import { NavLink, useLocation } from 'react-router'
import { useNudges } from '../features/forms/useNudges'
import { ViewingBanner } from '../features/viewing/ViewingBanner'
import { usePhone } from '../parts/usePhone'
import { useWhy } from '../parts/useWhy'
import { BottomBar } from './BottomBar'
import { ShellNews } from './ShellNews'
import { useNav } from './nav'
import { TopBar } from './TopBar'
import { useLive } from './useLive'
import './frame.css'

const WhyDrawer = lazy(() => import('../parts/why/WhyDrawer'))
const railKey = 'baton.rail'

export function Frame({ children }: { children: ReactNode }) {
  const { t } = useTranslation()
  const phone = usePhone()
  const live = useLive(useNudges())
  const nav = useNav()
  const { pathname, search } = useLocation()
  const why = useWhy()
  const [narrow, setNarrow] = useState(() => localStorage.getItem(railKey) === 'narrow')
  const toggle = (): void => {
    localStorage.setItem(railKey, narrow ? 'wide' : 'narrow')
    setNarrow(!narrow)
  }
  return (
    <div className={`frame ${phone ? 'frame-phone' : narrow ? 'frame-narrow' : ''}`}>
      <a className="skip-link" href="#main">{t('frame.skip')}</a>
      {phone ? null : (
        <aside className="rail">
          <div className="rail-brand"><Logo /><span className="rail-name">{t('app.name')}</span></div>
          <nav aria-label={t('frame.nav')}>
            {nav.map((item, i) => (
              <NavLink
                key={item.key}
                to={item.to}
                end={item.to === '/'}
                title={narrow ? item.label : undefined}
                className={({ isActive }) => `rail-item ${isActive || (item.key === 'lead' && pathname.startsWith('/import')) ? 'active' : ''} ${i > 0 && nav[i - 1]?.group !== item.group ? 'rail-apart' : ''}`}
              >
                <span className="rail-icon" aria-hidden>{item.icon}</span>
                <span className="rail-label">{item.label}</span>
              </NavLink>
            ))}
          </nav>
          <button type="button" className="rail-toggle" onClick={toggle} aria-label={t(narrow ? 'frame.widen' : 'frame.narrow')}>
            {narrow ? <MenuUnfoldOutlined /> : <MenuFoldOutlined />}
          </button>
        </aside>
      )}
      <div className="frame-body">
        <ViewingBanner />
        <TopBar live={live} />
        <ShellNews />
        <main id="main" tabIndex={-1} data-at={pathname + search}>{children}</main>
      </div>
      {phone ? <BottomBar items={nav} /> : null}
      {why.current ? <Suspense fallback={null}><WhyDrawer why={why.current} onClose={why.close} /></Suspense> : null}
    </div>
  )
}

export function Logo() {
  return (
    <svg className="logo" viewBox="0 0 32 32" width="24" height="24" aria-hidden>
      <rect width="32" height="32" rx="8" className="logo-ground" />
      <path d="M10 21 22 11" className="logo-baton" />
    </svg>
  )
}
