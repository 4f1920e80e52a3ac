import { useSyncExternalStore } from 'react'

/** Chromium's event that the app can be installed now; other browsers have it in their own menus. */
interface InstallPrompt extends Event { prompt: () => Promise<unknown> }

/** Something outside of React that the page watches. */
class Watched<T> {
  private readonly watchers = new Set<() => void>()
  private value: T
  constructor(value: T) { this.value = value }
  set(next: T): void { this.value = next; this.watchers.forEach((notify) => notify()) }
  read = (): T => this.value
  watch = (notify: () => void): (() => void) => { this.watchers.add(notify); return () => this.watchers.delete(notify) }
}

const waiting = new Watched<ServiceWorker | null>(null)
const install = new Watched<InstallPrompt | null>(null)
const again = 60 * 60_000

/** Lets the browser keep the shell of the app, and looks each hour whether there is a new one. Without a safe connection nothing is kept. */
export function keepShell(): void {
  window.addEventListener('beforeinstallprompt', (event) => { event.preventDefault(); install.set(event as InstallPrompt) })
  window.addEventListener('appinstalled', () => install.set(null))
  if (!import.meta.env.PROD || !('serviceWorker' in navigator)) return
  void navigator.serviceWorker.register('/sw.js').then((registration: ServiceWorkerRegistration | undefined) => {
    if (!registration) return // a browser that keeps workers out
    const look = (): void => { if (registration.waiting && navigator.serviceWorker.controller) waiting.set(registration.waiting) }
    look()
    registration.addEventListener('updatefound', () => registration.installing?.addEventListener('statechange', look))
    setInterval(() => void registration.update().catch(() => undefined), again)
  }, () => undefined) // the app works without
}

/** A new version that stands ready, and the way to it: the page loads again only here, and only when asked. */
export function useNewVersion(): (() => void) | null {
  const worker = useSyncExternalStore(waiting.watch, waiting.read)
  if (!worker) return null
  return () => {
    navigator.serviceWorker.addEventListener('controllerchange', () => window.location.reload(), { once: true })
    worker.postMessage('take-over')
  }
}

/** Installs the app, where the browser offers it. */
export function useInstall(): (() => void) | null {
  const event = useSyncExternalStore(install.watch, install.read)
  return event ? () => { install.set(null); void event.prompt() } : null
}

function watchNet(notify: () => void): () => void {
  window.addEventListener('online', notify)
  window.addEventListener('offline', notify)
  return () => { window.removeEventListener('online', notify); window.removeEventListener('offline', notify) }
}

/** Whether there is a net at all. */
export const useOnline = (): boolean => useSyncExternalStore(watchNet, () => navigator.onLine)
