import { Dropdown } from 'antd'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useRight, useSession, useSignOut } from '../api/session'
import { ViewAsModal } from '../features/viewing/ViewAsModal'
import { viewing } from '../api/viewing'
import { setLanguage } from '../i18n'
import { titled } from '../i18n/titled'
import { Avatar } from '../parts/Avatar'
import { useInstall } from './shell'
import { useMode } from '../theme/context'

export function PersonMenu() {
  const { t, i18n } = useTranslation()
  const { user } = useSession()
  const { mode, setMode } = useMode()
  const signOut = useSignOut()
  const mayLook = useRight('people.view_as')
  const looking = viewing.current() !== null
  const [choosing, setChoosing] = useState(false)
  const install = useInstall()
  const roles = (user.role_titles?.map((r) => titled(r)) ?? user.roles.map((r) => t(`role.${r}`, { defaultValue: r }))).join(' · ')
  return (
    <>
    <Dropdown
      trigger={['click']}
      placement="bottomRight"
      menu={{
        items: [
          { key: 'who', type: 'group', label: <span>{user.name}<br /><span className="small">{[roles, user.unit_name].filter(Boolean).join(' · ')}</span></span> },
          { type: 'divider' },
          { key: 'language', label: i18n.language === 'en' ? t('menu.toChinese') : t('menu.toEnglish'), onClick: () => void setLanguage(i18n.language === 'en' ? 'zh-CN' : 'en') },
          { key: 'mode', label: t(mode === 'dark' ? 'menu.light' : 'menu.dark'), onClick: () => setMode(mode === 'dark' ? 'light' : 'dark') },
          ...(install ? [{ key: 'install', label: t('shell.install'), onClick: install }] : []),
          { type: 'divider' },
          ...(mayLook && !looking ? [{ key: 'look', label: t('viewing.look'), onClick: () => setChoosing(true) }] : []),
          looking ? { key: 'end', label: t('viewing.end'), onClick: viewing.leave } : { key: 'out', label: t('menu.signOut'), onClick: () => signOut.mutate() },
        ],
      }}
    >
      <button type="button" className="person-button" aria-label={t('menu.of', { name: user.name })}>
        <Avatar name={user.name} size={28} />
      </button>
    </Dropdown>
    {choosing ? <ViewAsModal onClose={() => setChoosing(false)} /> : null}
    </>
  )
}
