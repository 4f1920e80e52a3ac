import i18next from 'i18next'

const dash = '—'
let zone = 'Asia/Shanghai'

/** Sets the workspace's zone; every instant on screen is shown in it. */
export function setZone(next: string | undefined): void {
  if (next) zone = next
}

const en = (): boolean => i18next.language === 'en'
const locale = (): string => (en() ? 'en-US' : 'zh-CN')

export function integer(n: unknown): string {
  return typeof n === 'number' && Number.isFinite(n) ? n.toLocaleString('en-US', { maximumFractionDigits: 0 }) : dash
}

export function decimal(n: unknown, digits = 1): string {
  return typeof n === 'number' && Number.isFinite(n)
    ? n.toLocaleString('en-US', { minimumFractionDigits: digits, maximumFractionDigits: digits })
    : dash
}

export const toNumber = (v: unknown): number | null => {
  if (v === null || v === undefined || v === '') return null
  const n = typeof v === 'number' ? v : Number(v)
  return Number.isFinite(n) ? n : null
}

/** Yuan as people say it: ¥12.3万, ¥1.2亿; short drops the sign. */
export function money(value: unknown, sign = true): string {
  const n = toNumber(value)
  if (n === null) return dash
  const mark = sign ? '¥' : ''
  const abs = Math.abs(n)
  const minus = n < 0 ? '-' : ''
  const round = (x: number): string => x.toLocaleString('en-US', { minimumFractionDigits: 1, maximumFractionDigits: 1 })
  if (en()) {
    if (abs >= 999_950) return `${minus}${mark}${round(abs / 1e6)}M`
    if (abs >= 10_000) return `${minus}${mark}${round(abs / 1e3)}K`
  } else {
    if (abs >= 99_999_500) return `${minus}${mark}${round(abs / 1e8)}${i18next.t('fmt.yi')}`
    if (abs >= 10_000) return `${minus}${mark}${round(abs / 1e4)}${i18next.t('fmt.wan')}`
  }
  return `${minus}${mark}${abs.toLocaleString('en-US', { maximumFractionDigits: 2 })}`
}

/** The exact figure for the hover. */
export function moneyExact(value: unknown): string {
  const n = toNumber(value)
  return n === null ? dash : `¥${n.toLocaleString('en-US', { minimumFractionDigits: 2, maximumFractionDigits: 2 })}`
}

/** A share (0.583) with one decimal. */
export function percent(value: unknown): string {
  const n = toNumber(value)
  return n === null ? dash : `${decimal(n * 100)}%`
}

/** A length of time in its two largest parts; seconds only under a minute. */
export function span(ms: number): string {
  const total = Math.max(0, Math.floor(ms / 1000))
  const days = Math.floor(total / 86_400)
  const hours = Math.floor((total % 86_400) / 3600)
  const minutes = Math.floor((total % 3600) / 60)
  if (days > 0) return i18next.t(hours > 0 ? 'fmt.dh' : 'fmt.d', { d: days, h: hours })
  if (hours > 0) return i18next.t('fmt.hm', { h: hours, m: String(minutes).padStart(2, '0') })
  if (minutes > 0) return i18next.t('fmt.m', { m: minutes })
  return i18next.t('fmt.s', { s: total })
}

/** A length of time with its minutes even after days, and with its seconds in the last hour. */
export function fineSpan(ms: number): string {
  const total = Math.max(0, Math.floor(ms / 1000))
  const days = Math.floor(total / 86_400)
  const hours = Math.floor((total % 86_400) / 3600)
  const minutes = Math.floor((total % 3600) / 60)
  const two = (n: number): string => String(n).padStart(2, '0')
  if (days > 0 && hours + minutes === 0) return i18next.t('fmt.d', { d: days })
  if (days > 0) return i18next.t('fmt.dhm', { d: days, h: hours, m: two(minutes) })
  if (hours > 0) return i18next.t('fmt.hm', { h: hours, m: two(minutes) })
  return minutes > 0 ? i18next.t('fmt.ms', { m: minutes, s: two(total % 60) }) : i18next.t('fmt.s', { s: total })
}

function parts(at: Date): Record<string, string> {
  const format = new Intl.DateTimeFormat('en-GB', {
    timeZone: zone, year: 'numeric', month: '2-digit', day: '2-digit',
    hour: '2-digit', minute: '2-digit', second: '2-digit', hourCycle: 'h23',
  })
  return Object.fromEntries(format.formatToParts(at).map((p) => [p.type, p.value]))
}

/** The calendar day (2026-11-24) of an instant in the workspace's zone. */
export function dayOf(at: number | string): string {
  const p = parts(new Date(at))
  return `${p.year}-${p.month}-${p.day}`
}

/** To the second, with the year only when it is not this one. */
export function instant(iso: string | null | undefined, now?: number): string {
  if (!iso) return dash
  const at = new Date(iso)
  if (Number.isNaN(at.getTime())) return iso
  const p = parts(at)
  const clock = `${p.hour}:${p.minute}:${p.second}`
  const sameYear = now === undefined || parts(new Date(now)).year === p.year
  return sameYear
    ? i18next.t('fmt.instant', { m: Number(p.month), d: Number(p.day), mm: p.month, dd: p.day, t: clock })
    : `${p.year}-${p.month}-${p.day} ${clock}`
}

/** The unambiguous form for hovers and audits. */
export function exactInstant(iso: string | null | undefined): string {
  if (!iso) return dash
  const at = new Date(iso)
  if (Number.isNaN(at.getTime())) return iso
  const p = parts(at)
  return `${p.year}-${p.month}-${p.day} ${p.hour}:${p.minute}:${p.second}`
}

/** "2 hours ago", falling back to the date after a month. */
export function ago(iso: string | null | undefined, now: number): string {
  if (!iso) return dash
  const ms = now - new Date(iso).getTime()
  if (Number.isNaN(ms)) return iso
  if (ms < 60_000) return i18next.t('fmt.now')
  const minutes = Math.floor(ms / 60_000)
  if (minutes < 60) return i18next.t('fmt.minutesAgo', { n: minutes })
  if (minutes < 60 * 24) return i18next.t('fmt.hoursAgo', { n: Math.floor(minutes / 60) })
  const days = Math.floor(minutes / 1440)
  if (days <= 30) return i18next.t(days === 1 ? 'fmt.yesterday' : 'fmt.daysAgo', { n: days })
  return dayOf(iso)
}

export function weekday(at: number): string {
  return new Intl.DateTimeFormat(locale(), { timeZone: zone, month: 'long', day: 'numeric', weekday: 'short' }).format(new Date(at))
}
