import dayjs from 'dayjs'
import { dayOf } from '../../parts/format'

/** The instant of an hour of a day (2026-11-24), in the workspace's zone. */
function at(day: string, hour: number): number {
  const wanted = dayjs(`${day}T00:00:00Z`).valueOf()
  // dayOf names days in the workspace's zone: its midnight is found within the zones of the earth, then the hours are counted from there.
  let midnight = wanted - 14 * 3_600_000
  while (dayOf(midnight) !== day) midnight += 15 * 60_000
  return midnight + hour * 3_600_000
}

export interface Choice { key: 'hour' | 'afternoon' | 'morning' | 'days'; at: string }

const dayAfter = (day: string, n: number): string => dayjs(`${day}T12:00:00Z`).add(n, 'day').toISOString().slice(0, 10)

/** The next good moments to call again: in an hour, this afternoon, the next mornings; those ahead of now, the nearest first. */
export function laterChoices(now: number): Choice[] {
  const day = dayOf(now)
  const all: [Choice['key'], number][] = [
    ['hour', Math.ceil((now + 3_600_000) / 300_000) * 300_000],
    ['afternoon', at(day, 15)],
    ['morning', at(dayAfter(day, 1), 9)],
    ['days', at(dayAfter(day, 3), 9)],
  ]
  return all.filter(([key, ms]) => key === 'hour' || ms > now + 3_600_000).map(([key, ms]) => ({ key, at: new Date(ms).toISOString() }))
}
