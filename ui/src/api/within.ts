import { createContext, use } from 'react'
import type { Meta, Session } from './types'

/** What all pages behind the sign-in stand on. It is handed down, so that no page is drawn without it while somebody signs out. */
export const Within = createContext<{ session: Session; meta: Meta } | null>(null)

/** The session of a page that is only shown to those signed in. */
export function useSession(): Session {
  const within = use(Within)
  if (!within) throw new Error('a page was shown without a session')
  return within.session
}

/** The definitions as they were when the page was drawn. */
export function useMeta(): Meta {
  const within = use(Within)
  if (!within) throw new Error('a page was shown before the definitions were read')
  return within.meta
}
