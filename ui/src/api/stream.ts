import type { QueryClient } from '@tanstack/react-query'
import { keys } from './keys'
import type { InboxItem } from './types'
import { addressed } from './viewing'

interface StreamData { object?: string; id?: string; kind?: string }

const firstWait = 1000
const longestWait = 30_000

/**
 * Follows the server's feed and marks what it touches as stale. Reconnects with a doubling wait, and
 * after each break refreshes everything shown, as events may have been missed. Returns the way to stop.
 */
export function followStream(client: QueryClient, onState: (live: boolean) => void, onInbox?: (item: Partial<InboxItem>) => void): () => void {
  let source: EventSource | undefined
  let retry: ReturnType<typeof setTimeout> | undefined
  let flush: ReturnType<typeof setTimeout> | undefined
  let wait = firstWait
  let broken = false
  const stale = new Map<string, readonly unknown[]>()

  const touch = (...touched: (readonly unknown[])[]): void => {
    for (const key of touched) stale.set(JSON.stringify(key), key)
    flush ??= setTimeout(() => {
      flush = undefined
      const now = [...stale.values()]
      stale.clear()
      for (const queryKey of now) void client.invalidateQueries({ queryKey })
    }, 150)
  }
  const read = (event: Event): StreamData => {
    try {
      return JSON.parse((event as MessageEvent<string>).data) as StreamData
    } catch {
      return {}
    }
  }
  const connect = (): void => {
    source = new EventSource(addressed('/api/v1/stream'), { withCredentials: true })
    source.onopen = () => {
      wait = firstWait
      onState(true)
      if (broken) void client.invalidateQueries()
      broken = false
    }
    source.onerror = () => {
      source?.close()
      broken = true
      onState(false)
      retry = setTimeout(connect, wait)
      wait = Math.min(wait * 2, longestWait)
    }
    source.addEventListener('record', (event) => {
      const { object, id } = read(event)
      if (!object) return
      touch(keys.list(object), keys.today, keys.funnel, keys.events)
      if (id) touch(keys.record(object, id))
    })
    source.addEventListener('inbox', (event) => {
      touch(keys.inbox, keys.today, keys.session)
      onInbox?.(read(event) as Partial<InboxItem>)
    }) // the session brings the server's time: what ran out is shown as run out
    source.addEventListener('revision', () => touch(keys.meta, keys.today, keys.definitions, keys.revisions, keys.funnel))
    source.addEventListener('job', () => touch(keys.jobs))
  }
  connect()
  return () => {
    source?.close()
    clearTimeout(retry)
    clearTimeout(flush)
  }
}
