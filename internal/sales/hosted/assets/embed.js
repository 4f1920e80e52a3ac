// Puts a form into another site's page: with the campaign of that page's address, where its visitor came from, and the height it needs.
(() => {
  'use strict'
  const tag = document.currentScript
  const home = new URL(tag.src)
  const frame = document.createElement('iframe')
  const query = new URLSearchParams()
  new URLSearchParams(location.search).forEach((value, key) => { if (key.startsWith('utm_')) query.set(key, value) })
  const from = document.referrer || location.href
  query.set('ref', from.slice(0, 200))
  frame.src = `${home.origin}/f/${encodeURIComponent(tag.dataset.form)}?${query}`
  frame.title = tag.dataset.title || ''
  frame.style.cssText = 'display:block;width:100%;height:720px;border:0'
  tag.after(frame)
  window.addEventListener('message', (event) => {
    if (event.source === frame.contentWindow && event.origin === home.origin && event.data && event.data.baton_height > 0) frame.style.height = `${Math.min(event.data.baton_height, 4000)}px`
  })
})()
