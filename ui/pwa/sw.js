/* global self, caches, fetch, Request, URL, setTimeout */
// Keeps the shell of the app, the page and what it needs to start, for when the net is slow or gone. Data is never kept: nothing under /api
// passes through here, nor do the pages that people outside open, which are the server's own.
'use strict'
const version = '__VERSION__'
const shell = ['__SHELL__']
const prefix = 'baton-shell-'
const kept = prefix + version
const patience = 4000 // ms until a page that does not come is served from what was kept
const theirs = /^\/(api|f|m|healthz|readyz|metrics)(\/|$)/

self.addEventListener('install', (event) => {
  // The version at work goes on until somebody asks for this one, or its last page is closed.
  event.waitUntil(caches.open(kept).then((c) => c.addAll(shell.map((url) => new Request(url, { cache: 'reload' })))))
})

self.addEventListener('message', (event) => {
  if (event.data === 'take-over') self.skipWaiting()
})

self.addEventListener('activate', (event) => {
  event.waitUntil((async () => {
    for (const name of await caches.keys()) if (name.startsWith(prefix) && name !== kept) await caches.delete(name)
    await self.clients.claim()
  })())
})

async function page(request) {
  const answer = fetch(request)
  try {
    const first = await Promise.race([answer, new Promise((resolve) => setTimeout(resolve, patience))])
    if (first) return first
  } catch {
    // no net: what was kept serves, if anything was
  }
  const was = await caches.match('/', { cacheName: kept })
  if (!was) return answer
  answer.catch(() => undefined)
  return was
}

async function file(request) {
  const c = await caches.open(kept)
  const was = await c.match(request)
  if (was) return was
  const answer = await fetch(request)
  if (answer.ok && answer.type === 'basic') await c.put(request, answer.clone())
  return answer
}

self.addEventListener('fetch', (event) => {
  const { request } = event
  const { origin, pathname } = new URL(request.url)
  if (request.method !== 'GET' || origin !== self.location.origin || theirs.test(pathname)) return
  if (request.mode === 'navigate') event.respondWith(page(request))
  else if (pathname.startsWith('/assets/') || (pathname !== '/' && shell.includes(pathname))) event.respondWith(file(request))
})
