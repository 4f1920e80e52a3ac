import { App as AntApp, ConfigProvider } from 'antd'
import enUS from 'antd/locale/en_US'
import zhCN from 'antd/locale/zh_CN'
import { useEffect, useMemo, useState, type ReactNode } from 'react'
import { useTranslation } from 'react-i18next'
import { usePhone } from '../parts/usePhone'
import { antdTheme } from './antd'
import { ThemeContext } from './context'
import { applyPalette, type Mode } from './tokens'

const storageKey = 'baton.theme'

function firstMode(): Mode {
  const kept = localStorage.getItem(storageKey)
  if (kept === 'light' || kept === 'dark') return kept
  return window.matchMedia?.('(prefers-color-scheme: dark)').matches ? 'dark' : 'light'
}

export function ThemeProvider({ children }: { children: ReactNode }) {
  const [mode, setMode] = useState<Mode>(firstMode)
  const phone = usePhone()
  const { i18n } = useTranslation()
  useEffect(() => applyPalette(mode, document.documentElement), [mode])
  const value = useMemo(
    () => ({
      mode,
      setMode: (next: Mode) => {
        localStorage.setItem(storageKey, next)
        setMode(next)
      },
    }),
    [mode],
  )
  const theme = useMemo(() => antdTheme(mode, phone), [mode, phone])
  return (
    <ThemeContext value={value}>
      <ConfigProvider theme={theme} locale={i18n.language === 'en' ? enUS : zhCN} button={{ autoInsertSpace: false }}>
        <AntApp className="app-root">{children}</AntApp>
      </ConfigProvider>
    </ThemeContext>
  )
}
