import { EllipsisOutlined } from '@ant-design/icons'
import { Drawer } from 'antd'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { NavLink } from 'react-router'
import type { NavItem } from './nav'

const shown = 4

export function BottomBar({ items }: { items: NavItem[] }) {
  const { t } = useTranslation()
  const [more, setMore] = useState(false)
  const order = ['home', 'lead', 'customer', 'funnel']
  const first = items.filter((i) => order.includes(i.key)).slice(0, shown)
  const rest = items.filter((i) => !first.includes(i))
  const link = (item: NavItem) => (
    <NavLink key={item.key} to={item.to} end={item.to === '/'} className="bottom-item" onClick={() => setMore(false)}>
      <span aria-hidden className="bottom-icon">{item.icon}</span>
      {item.label}
    </NavLink>
  )
  return (
    <nav className="bottom-bar" aria-label={t('frame.nav')}>
      {first.map(link)}
      {rest.length > 0 ? (
        <button type="button" className="bottom-item" onClick={() => setMore(true)}>
          <span aria-hidden className="bottom-icon"><EllipsisOutlined /></span>
          {t('nav.more')}
        </button>
      ) : null}
      <Drawer open={more} onClose={() => setMore(false)} placement="bottom" size="auto" title={t('nav.more')}>
        <div className="more-grid">{rest.map(link)}</div>
      </Drawer>
    </nav>
  )
}
