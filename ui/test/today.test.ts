import { describe, expect, it } from 'vitest'
import type { Section, Today } from '../src/api/today'
import { laterChoices } from '../src/features/home/times'
import { listOf, mergedOf, without } from '../src/features/home/Sections'

const shanghai = (text: string): number => new Date(`${text}+08:00`).getTime()
const said = (now: number): string[] => laterChoices(now).map((c) => `${c.key} ${new Date(new Date(c.at).getTime() + 8 * 3_600_000).toISOString().slice(0, 16)}`)

describe('when to call again', () => {
  it('is in an hour, this afternoon while it lies ahead, and the next mornings, in the workspace’s zone', () => {
    expect(said(shanghai('2026-11-28T08:13:00'))).toEqual(['hour 2026-11-28T09:15', 'afternoon 2026-11-28T15:00', 'morning 2026-11-29T09:00', 'days 2026-12-01T09:00'])
    expect(said(shanghai('2026-11-28T14:30:00'))).toEqual(['hour 2026-11-28T15:30', 'morning 2026-11-29T09:00', 'days 2026-12-01T09:00'])
    expect(said(shanghai('2026-12-31T23:59:30'))).toEqual(['hour 2027-01-01T01:00', 'morning 2027-01-01T09:00', 'days 2027-01-03T09:00'])
  })

  it('always lies ahead', () => {
    for (let at = shanghai('2026-11-28T00:00:00'); at < shanghai('2026-11-29T00:00:00'); at += 47 * 60_000) {
      for (const c of laterChoices(at)) expect(new Date(c.at).getTime()).toBeGreaterThanOrEqual(at + 3_600_000)
    }
  })
})

const line = (id: string, more: Record<string, unknown> = {}) => ({ record: { id, version: 1, ...more }, rights: {} })
const section = (key: Section['key'], object: string, count: number, ...lines: ReturnType<typeof line>[]): Section => ({ key, object, count, capped: false, filter: { all: [{ field: 'owner', op: 'eq', value: 'p1' }] }, sort: 'due_at', lines })
const today = (...sections: Section[]): Today => ({ since: '', leads: true, team: false, sections, counts: [], quick_notes: {}, refs: {} })

describe('sections', () => {
  it('of one key stand as one, in the order of their instants, counted together', () => {
    const merged = mergedOf(today(section('calls', 'lead', 2, line('a', { protected_until: '2026-11-28T03:00:00Z' }), line('c', { protected_until: '2026-11-28T09:00:00Z' })), section('calls', 'customer', 1, line('b', { protected_until: '2026-11-28T05:00:00Z' }))), 'calls')
    expect([merged?.count, merged?.lines.map((l) => l.line.record.id)]).toEqual([3, ['a', 'b', 'c']])
    const nudge = { id: 't', kind: 'nudge', state: 'running', started_at: '2026-11-28T00:00:00Z', due_at: '2026-11-28T02:00:00Z' }
    const first = mergedOf(today(section('first', 'lead', 1, line('l', { due_at: '2026-11-28T03:00:00Z' })), section('first', 'customer', 1, line('k', { timers: [nudge] }))), 'first')
    expect(first?.lines.map((l) => l.line.record.id)).toEqual(['k', 'l'])
    expect(mergedOf(today(), 'calls')).toBeNull()
  })

  it('lose what another lists, and vanish only when nothing is left that was not asked for', () => {
    const first = mergedOf(today(section('first', 'lead', 2, line('a'), line('b'))), 'first')
    const merged = (count: number, ...ids: string[]) => mergedOf(today(section('new', 'lead', count, ...ids.map((id) => line(id)))), 'new')
    const left = (m: ReturnType<typeof merged>) => (m ? without(m, first)?.lines.map((l) => l.line.record.id) ?? null : undefined)
    expect([left(merged(2, 'a', 'b')), left(merged(2, 'a', 'c')), left(merged(9, 'a', 'b')), left(merged(0))]).toEqual([null, ['c'], [], []])
  })

  it('lead to their whole list', () => {
    expect(listOf(section('new', 'lead', 1))).toBe(`/objects/lead?view=all&filter=${encodeURIComponent('[{"field":"owner","op":"eq","value":"p1"}]')}&sort=due_at`)
    expect(listOf(section('pool', 'lead', 1))).toBe('/pool')
  })
})
