// A second tap sends nothing; the server would take it as the same submission anyway. The page works without this file.
'use strict'
if (window.parent !== window) {
  const tell = () => window.parent.postMessage({ baton_height: document.querySelector('main').scrollHeight + 4 }, '*') // a number only
  tell()
  new ResizeObserver(tell).observe(document.querySelector('main'))
}
const form = document.querySelector('form[data-once]')
if (form) {
  const button = form.querySelector('button.go')
  const idle = button.textContent
  form.addEventListener('submit', (event) => {
    if (button.disabled) { event.preventDefault(); return }
    button.disabled = true
    button.textContent = button.dataset.busy
  })
  window.addEventListener('pageshow', () => { button.disabled = false; button.textContent = idle })
  const wrong = form.querySelector('.is-wrong input, .is-wrong select, .is-wrong textarea')
  if (wrong) wrong.focus()
}
