import dayjs from 'dayjs'
import 'dayjs/locale/zh-cn'
import i18next from 'i18next'
import { initReactI18next } from 'react-i18next'
import zh from './zh-CN.json'

export type Language = 'zh-CN' | 'en'
const storageKey = 'baton.language'

function firstLanguage(): Language {
  return localStorage.getItem(storageKey) === 'en' ? 'en' : 'zh-CN'
}

function mark(language: Language): void {
  document.documentElement.lang = language
  document.title = i18next.t('app.title')
  dayjs.locale(language === 'en' ? 'en' : 'zh-cn')
}

async function load(language: Language): Promise<void> {
  if (language === 'en' && !i18next.hasResourceBundle('en', 'translation')) {
    const en = await import('./en.json')
    i18next.addResourceBundle('en', 'translation', en.default)
  }
}

export async function startLanguage(): Promise<void> {
  const language = firstLanguage()
  await i18next.use(initReactI18next).init({
    lng: 'zh-CN',
    fallbackLng: 'zh-CN',
    resources: { 'zh-CN': { translation: zh } },
    interpolation: { escapeValue: false },
    showSupportNotice: false,
  } as Parameters<typeof i18next.init>[0])
  await load(language)
  await i18next.changeLanguage(language)
  mark(language)
}

export async function setLanguage(language: Language): Promise<void> {
  await load(language)
  localStorage.setItem(storageKey, language)
  await i18next.changeLanguage(language)
  mark(language)
}
