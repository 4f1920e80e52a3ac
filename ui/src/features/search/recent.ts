export interface Recent { object: string; id: string; title: string }

const most = 8
const key = (person: string): string => `baton.recent.${person}`

/** The records that a person opened from the search on this device, the latest first. */
export function recents(person: string): Recent[] {
  try {
    const kept: unknown = JSON.parse(localStorage.getItem(key(person)) ?? '[]')
    return Array.isArray(kept) ? kept.filter((r): r is Recent => typeof r === 'object' && r !== null && 'id' in r && 'object' in r && 'title' in r) : []
  } catch {
    return []
  }
}

export function remember(person: string, opened: Recent): void {
  const others = recents(person).filter((r) => r.id !== opened.id || r.object !== opened.object)
  localStorage.setItem(key(person), JSON.stringify([opened, ...others].slice(0, most)))
}
