/** Whom the pages are seen as in this tab, and until when. */
export interface Viewing { person: string; name: string; until: number }

const key = 'baton.viewing'
/** How long one look lasts; it can be begun again. */
export const longestLook = 30 * 60_000

function read(): Viewing | null {
  try {
    const kept = JSON.parse(sessionStorage.getItem(key) ?? 'null') as Viewing | null
    return kept && typeof kept.person === 'string' && kept.until > Date.now() ? kept : null
  } catch {
    return null
  }
}

let now = read()

/** Seeing the system as another person, read only: kept over a reload of the tab, ended by hand or when its time is over. */
export const viewing = {
  current: (): Viewing | null => now,
  /** Begins to look; every page is loaded anew, so that nothing of one's own stays. */
  begin: (person: string, name: string): void => {
    sessionStorage.setItem(key, JSON.stringify({ person, name, until: Date.now() + longestLook }))
    window.location.assign('/')
  },
  /** From now on requests are one's own again. */
  end: (): void => {
    if (!now) return
    sessionStorage.removeItem(key)
    now = null
  },
  leave: (): void => {
    viewing.end()
    window.location.assign('/')
  },
}

/** An address that the browser asks for by itself (a stream, a download), where no header can be set. */
export const addressed = (url: string): string => (now ? `${url}${url.includes('?') ? '&' : '?'}view_as=${encodeURIComponent(now.person)}` : url)
