import { useSyncExternalStore } from 'react'

const query = '(max-width: 760px)'

function subscribe(notify: () => void): () => void {
  const list = window.matchMedia?.(query)
  list?.addEventListener('change', notify)
  return () => list?.removeEventListener('change', notify)
}

/** True on a narrow screen, where lists are cards and the rail is a bottom bar. */
export function usePhone(): boolean {
  return useSyncExternalStore(subscribe, () => window.matchMedia?.(query).matches ?? false)
}
