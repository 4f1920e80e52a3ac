// The booth's page: what is entered is kept on the phone first and sent from there, each entry once by its own key. It works without a net
// once it was opened with one.
'use strict'
const booth = document.getElementById('booth')
const { name, link, code } = booth.dataset
const entry = document.getElementById('entry')
const list = document.getElementById('list')
const net = document.getElementById('net')
const saved = document.getElementById('saved')
const again = document.getElementById('again')
const labels = Object.fromEntries([...entry.querySelectorAll('[name]')].map((e) => [e.name, e]))

const opened = new Promise((resolve, reject) => {
  const ask = indexedDB.open('baton-booth', 1)
  ask.onupgradeneeded = () => ask.result.createObjectStore('entry', { keyPath: 'key' })
  ask.onsuccess = () => resolve(ask.result)
  ask.onerror = () => reject(ask.error)
})
async function store(mode, work) {
  const db = await opened
  return new Promise((resolve, reject) => {
    const t = db.transaction('entry', mode)
    const ask = work(t.objectStore('entry'))
    t.oncomplete = () => resolve(ask.result)
    t.onerror = t.onabort = () => reject(t.error)
  })
}
const put = (e) => store('readwrite', (s) => s.put(e))
const replace = (old, e) => store('readwrite', (s) => { s.delete(old); return s.put(e) }) // both or neither
const drop = (key) => store('readwrite', (s) => s.delete(key))
const all = async () => (await store('readonly', (s) => s.getAll())).filter((e) => e.form === name).sort((a, b) => a.at.localeCompare(b.at))

function newKey() {
  const b = crypto.getRandomValues(new Uint8Array(16))
  return [...b].map((x) => x.toString(16).padStart(2, '0')).join('')
}

function say(text) {
  saved.textContent = text
}

function showNet() {
  net.classList.toggle('is-off', !navigator.onLine)
  document.getElementById('net-text').textContent = navigator.onLine ? net.dataset.on : net.dataset.off
}

function title(e) {
  const v = e.values
  return [v.name, v.company, v.phone].map((x) => x && x[0]).filter(Boolean).join(' · ') || '（未填姓名）'
}

async function draw() {
  const entries = await all()
  document.getElementById('count').textContent = entries.length
  const refused = entries.filter((e) => e.error).length
  const top = document.getElementById('net-count')
  top.hidden = entries.length === 0
  top.textContent = `待送达 ${entries.length} 条` + (refused > 0 ? `，${refused} 条要修改` : '')
  top.classList.toggle('is-refused', refused > 0)
  document.getElementById('none').hidden = entries.length > 0
  again.hidden = entries.length === 0
  list.replaceChildren(...entries.map((e) => {
    const li = document.createElement('li')
    const text = document.createElement('div')
    const what = document.createElement('small')
    text.append(title(e))
    what.textContent = e.error || new Date(e.at).toLocaleTimeString('zh-CN', { hour: '2-digit', minute: '2-digit' }) + ' 录入，等待送达'
    text.append(what)
    li.append(text)
    if (e.error) {
      li.className = 'is-refused'
      const mend = document.createElement('button')
      mend.type = 'button'
      mend.textContent = e.key === editing ? '放弃修改' : '修改'
      mend.addEventListener('click', () => void edit(e))
      li.append(mend)
    }
    return li
  }))
}

// A refused entry goes back into the form, and stays in the list until what is saved takes its place, with a key of its own: the server
// keeps nothing of a refused one. What is in the form unsaved is not written over.
let editing = ''
let filled = '{}'
const unsaved = () => JSON.stringify(typed()) !== filled

async function edit(e) {
  if (e.key === editing) {
    stopEditing()
    say('')
  } else if (unsaved()) {
    say('先保存正在填写的这一位，再修改')
    return
  } else {
    fill(e.values)
    editing = e.key
    say('改好后请保存')
  }
  await draw()
  entry.scrollIntoView()
}

function stopEditing() {
  editing = ''
  fill({})
}

function typed() {
  const values = {}
  for (const [k, v] of new FormData(entry)) {
    if (k === '_by') continue
    const text = String(v).trim()
    if (text) (values[k] ||= []).push(text)
  }
  return values
}

function fill(values) {
  for (const field of entry.elements) {
    if (!field.name || field.name === '_by') continue
    const v = values[field.name] || []
    if (field.type === 'checkbox') field.checked = v.includes(field.value)
    else field.value = v[0] || ''
  }
  filled = JSON.stringify(typed())
}

function wrong(field, text) {
  const at = document.getElementById('e-' + field)
  if (!at) return
  at.textContent = text
  at.parentElement.classList.toggle('is-wrong', Boolean(text))
  const input = document.getElementById('i-' + field)
  if (input) input.setAttribute('aria-invalid', String(Boolean(text)))
}

entry.addEventListener('submit', async (event) => {
  event.preventDefault()
  const values = typed()
  let first = null
  for (const field of entry.querySelectorAll('[name]')) {
    if (field.name === '_by') continue
    const missing = field.getAttribute('aria-required') === 'true' && !values[field.name]
    const label = entry.querySelector(`label[for="i-${field.name}"]`)
    const bad = missing ? '请填写' + (label ? label.firstChild.textContent.trim() : '') : field.type === 'tel' && values[field.name] && values[field.name][0].replace(/\D/g, '').length < 7 ? '电话号码太短，请检查' : ''
    wrong(field.name, bad)
    if (bad && !first) first = field
  }
  if (first) { first.focus(); say(''); return }
  if (Object.keys(values).length === 0) { say('还没有填写任何内容'); return }
  const by = labels._by.value.trim()
  localStorage.setItem('baton-booth-by', by)
  const kept = { key: newKey(), form: name, link, code, by, at: new Date().toISOString(), values }
  await (editing ? replace(editing, kept) : put(kept))
  stopEditing()
  say('已存在这台手机上')
  await draw()
  await flush()
})

// One page at a time sends, in the order of entry. What the server refuses stays with its reason; what it did not get stays as it is.
async function send() {
  let sent = 0
  for (const e of await all()) {
    if (e.error) continue
    let answer
    try {
      answer = await fetch(`/f/${name}/booth`, { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify({ link: e.link, key: e.key, by: e.by, at: e.at, values: e.values }) })
    } catch {
      break
    }
    if (answer.status === 202) { await drop(e.key); sent++; continue }
    if (answer.status >= 500 || answer.status === 429) break
    const problem = await answer.json().catch(() => ({}))
    const items = (problem.errors || []).map((x) => x.message).filter(Boolean)
    await put({ ...e, error: items.join('；') || problem.detail || '没有送达' })
  }
  if (sent > 0) say(`已送达 ${sent} 条`)
  await draw()
}
async function flush() {
  if (!navigator.onLine) return
  if (navigator.locks) await navigator.locks.request('baton-booth-' + name, send)
  else await send()
}

labels._by.value = localStorage.getItem('baton-booth-by') || ''
showNet()
window.addEventListener('online', () => { showNet(); void flush() })
window.addEventListener('offline', showNet)
document.addEventListener('visibilitychange', () => { if (!document.hidden) void flush() })
again.addEventListener('click', () => {
  if (!navigator.onLine) { say('现在没有网络'); return }
  void flush()
})
setInterval(() => void flush(), 30_000)
if ('serviceWorker' in navigator) navigator.serviceWorker.register(`/f/${name}/sw.js`).catch(() => {})
void draw().then(flush)
