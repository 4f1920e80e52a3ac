import { useSyncExternalStore } from 'react'

/** The server's clock as this page knows it; one ticking source for all countdowns. */
class Clock {
  private offset = 0
  private now = Date.now()
  private readonly watchers = new Set<() => void>()
  private timer: ReturnType<typeof setInterval> | undefined

  /** Follows the server's instant, which may differ from this machine's. */
  follow(serverNow: string): void {
    const at = new Date(serverNow).getTime()
    if (!Number.isNaN(at)) this.offset = at - Date.now()
    this.tick()
  }

  read = (): number => this.now

  watch = (notify: () => void): (() => void) => {
    this.watchers.add(notify)
    if (!this.timer) this.timer = setInterval(() => this.tick(), 1000)
    return () => {
      this.watchers.delete(notify)
      if (this.watchers.size === 0) {
        clearInterval(this.timer)
        this.timer = undefined
      }
    }
  }

  private tick(): void {
    this.now = Date.now() + this.offset
    this.watchers.forEach((notify) => notify())
  }
}

export const clock = new Clock()

/** The server's time in ms, again each second. */
export const useNow = (): number => useSyncExternalStore(clock.watch, clock.read)
const coarse = (): number => Math.floor(clock.read() / 30_000) * 30_000
/** The server's time in steps of 30 s, for words such as "2 hours ago". */
export const useCoarseNow = (): number => useSyncExternalStore(clock.watch, coarse)
