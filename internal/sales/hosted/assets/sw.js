// Keeps the booth's page for when there is no net: the net first, what was kept of it when that fails.
'use strict'
const kept = 'baton-booth-1'
const files = ['/f/-/page.css', '/f/-/booth.js']
self.addEventListener('install', (event) => {
  event.waitUntil(caches.open(kept).then((c) => c.addAll(files)).then(() => self.skipWaiting()))
})
self.addEventListener('activate', (event) => {
  event.waitUntil((async () => {
    await self.clients.claim()
    const c = await caches.open(kept) // the page that installed this was loaded before it could be kept
    for (const w of await self.clients.matchAll({ type: 'window' })) {
      const answer = await fetch(w.url).catch(() => null)
      if (answer && answer.ok) await c.put(w.url, answer)
    }
  })())
})
self.addEventListener('fetch', (event) => {
  const { request } = event
  const path = new URL(request.url).pathname
  if (request.method !== 'GET' || !(path.endsWith('/booth') || files.includes(path))) return
  event.respondWith((async () => {
    const c = await caches.open(kept)
    try {
      const answer = await fetch(request)
      if (answer.ok) await c.put(request, answer.clone())
      return answer
    } catch (failed) {
      // The page of this very link; the same form's by another one rather than none.
      const was = await c.match(request) || await c.match(request, { ignoreSearch: path.endsWith('/booth') })
      if (was) return was
      throw failed
    }
  })())
})
