import DOMPurify from 'dompurify'

const tags = ['p', 'br', 'strong', 'b', 'em', 'i', 'u', 's', 'ul', 'ol', 'li', 'h1', 'h2', 'h3', 'blockquote', 'code', 'pre', 'hr', 'a']

/** The harmless part of formatted text, once more: the server has cleaned it when it was written. */
export function cleanHTML(html: string): string {
  const box = DOMPurify.sanitize(html, { ALLOWED_TAGS: tags, ALLOWED_ATTR: ['href', 'start'], ALLOWED_URI_REGEXP: /^(?:https?|mailto|tel):/i, ALLOW_DATA_ATTR: false, ALLOW_ARIA_ATTR: false, RETURN_DOM_FRAGMENT: true })
  for (const a of box.querySelectorAll('a')) {
    a.setAttribute('target', '_blank')
    a.setAttribute('rel', 'noopener noreferrer nofollow')
  }
  const out = document.createElement('div')
  out.append(box)
  return out.innerHTML
}

/** What is pasted from Word, WeCom or a page as plain structure: lists that Word writes as paragraphs are lists again. */
export function cleanPaste(html: string): string {
  // Handlers are renamed inside tags before anything is parsed, so that the page's policy has nothing to refuse; the cleaning proper follows.
  const quiet = html.replace(/<[^>]*>/g, (tag) => tag.replace(/([\s"'/])on\w+\s*=/gi, '$1data-off='))
  const doc = new DOMParser().parseFromString(quiet.replace(/<!--\[if[\s\S]*?<!\[endif\]-->/gi, '').replace(/<!\[(?:if|endif)[^>]*>/gi, ''), 'text/html')
  doc.querySelectorAll('style, script, meta, link, title, xml, svg, math, iframe, object').forEach((e) => e.remove())
  for (const p of [...doc.querySelectorAll('p')].filter((e) => /MsoListParagraph/.test(e.className) || /mso-list:/i.test(e.getAttribute('style') ?? ''))) {
    const mark = [...p.querySelectorAll('span')].find((s) => /mso-list:\s*ignore/i.test(s.getAttribute('style') ?? ''))
    const sign = (mark?.textContent ?? p.textContent ?? '').trim()
    mark?.remove()
    const kind = /^\(?[0-9a-z\u4e00\u4e8c\u4e09\u56db\u4e94\u516d\u4e03\u516b\u4e5d\u5341]{1,3}[.)\u3001\uff09]/i.test(sign) ? 'ol' : 'ul'
    const item = doc.createElement('li')
    item.append(...p.childNodes)
    const before = p.previousElementSibling
    if (before?.tagName.toLowerCase() === kind && before.hasAttribute('data-made')) before.append(item)
    else {
      const list = doc.createElement(kind)
      list.setAttribute('data-made', '')
      list.append(item)
      p.before(list)
    }
    p.remove()
  }
  for (const div of [...doc.querySelectorAll('div')].reverse()) {
    if (div.querySelector('p, ul, ol, h1, h2, h3, blockquote, pre, table')) div.replaceWith(...div.childNodes)
    else {
      const p = doc.createElement('p')
      p.append(...div.childNodes)
      div.replaceWith(p)
    }
  }
  for (const span of doc.querySelectorAll<HTMLElement>('span[style]')) {
    if (/font-weight:\s*(bold|[6-9]00)/i.test(span.getAttribute('style') ?? '')) {
      const b = doc.createElement('strong')
      b.append(...span.childNodes)
      span.replaceWith(b)
    }
  }
  return cleanHTML(doc.body.innerHTML)
}
