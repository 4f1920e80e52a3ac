const formats = new Map<string, Intl.DateTimeFormat>()

function formatOf(zone: string): Intl.DateTimeFormat {
  let f = formats.get(zone)
  if (!f) {
    f = new Intl.DateTimeFormat('en-US', { timeZone: zone, hourCycle: 'h23', year: 'numeric', month: '2-digit', day: '2-digit', hour: '2-digit', minute: '2-digit', second: '2-digit' })
    formats.set(zone, f)
  }
  return f
}

/** How far the zone's clock is ahead of UTC at an instant, in milliseconds. */
export function zoneOffset(ms: number, zone: string): number {
  const part: Record<string, number> = {}
  for (const p of formatOf(zone).formatToParts(new Date(ms))) part[p.type] = Number(p.value)
  const wall = Date.UTC(part.year ?? 1970, (part.month ?? 1) - 1, part.day, part.hour, part.minute, part.second)
  return wall - Math.floor(ms / 1000) * 1000
}

/** The civil day of an instant in a zone, as 2026-11-24. */
export const civilDay = (ms: number, zone: string): string => new Date(ms + zoneOffset(ms, zone)).toISOString().slice(0, 10)
