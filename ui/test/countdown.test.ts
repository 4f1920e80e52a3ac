import { describe, expect, it } from 'vitest'
import type { Timer } from '../src/api/types'
import { leadingTimer } from '../src/parts/Countdown'

const timer = (kind: Timer['kind'], state: Timer['state'], started_at: string, person?: string): Timer => ({ id: `${kind}/${started_at}`, kind, state, person, started_at, due_at: '2026-12-01T00:00:00Z' })

describe('the countdown that matters', () => {
  it('is the running one, before what is over', () => {
    const timers = [timer('first_open', 'stopped', '2026-11-02', 'lin'), timer('follow_up', 'running', '2026-11-01', 'lin')]
    expect(leadingTimer({ owner: 'lin', timers })?.kind).toBe('follow_up')
  })
  it('is the present owner’s: what ran for an earlier one is over', () => {
    const timers = [timer('follow_up', 'fired', '2026-11-01', 'he'), timer('first_open', 'running', '2026-11-02', 'lin')]
    expect(leadingTimer({ owner: 'lin', timers })?.person).toBe('lin')
    expect(leadingTimer({ owner: 'wu', timers })).toBeUndefined()
  })
  it('in the pool is the wait for an owner alone', () => {
    const timers = [timer('first_open', 'stopped', '2026-11-03', 'lin'), timer('assign_deadline', 'fired', '2026-11-01')]
    expect(leadingTimer({ owner: null, timers })?.kind).toBe('assign_deadline')
    expect(leadingTimer({ owner: 'lin', timers })?.kind).toBe('first_open')
    expect(leadingTimer({ owner: null, timers: [] })).toBeUndefined()
  })
})
