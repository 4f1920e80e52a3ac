import { describe, expect, it } from 'vitest'
import { cleanHTML, cleanPaste } from '../src/fields/cleanHTML'
import { plainText } from '../src/fields/rich_text'

const vectors = [
  '<script>alert(1)</script>', '<img src=x onerror=alert(1)>', '<svg onload=alert(1)><script>alert(1)</script></svg>', '<a href="javascript:alert(1)">x</a>', '<a href="java&#x0A;script:alert(1)">x</a>', '<a href="data:text/html,<script>alert(1)</script>">x</a>',
  '<p style="background:url(javascript:alert(1))" onclick="alert(1)" class="ant-modal" id="root">x</p>', '<style>*{display:none}</style>', '<iframe srcdoc="<script>alert(1)</script>"></iframe>', '<math><mtext><table><mglyph><style><img src=x onerror=alert(1)>',
  '<form action=//evil.example><input></form>', '<noscript><p title="</noscript><img src=x onerror=alert(1)>">', '<template><img src=x onerror=alert(1)></template>', '<a href="//evil.example">x</a>', '<base href="//evil.example">', '<!--><img src=x onerror=alert(1)>-->',
]
const allowed = new Set(['P', 'BR', 'STRONG', 'B', 'EM', 'I', 'U', 'S', 'UL', 'OL', 'LI', 'H1', 'H2', 'H3', 'BLOCKQUOTE', 'CODE', 'PRE', 'HR', 'A'])

function wrongIn(html: string): string[] {
  const box = document.createElement('div')
  box.innerHTML = html
  return [...box.querySelectorAll('*')].flatMap((e) => [
    ...(allowed.has(e.tagName) ? [] : [e.tagName]),
    ...[...e.attributes].filter((a) => !(['target', 'rel', 'start'].includes(a.name) || (a.name === 'href' && /^(https?|mailto|tel):/.test(a.value)))).map((a) => `${e.tagName} ${a.name}=${a.value}`),
  ])
}

describe('formatted text', () => {
  it('shows nothing that runs, loads or styles', () => {
    for (const a of vectors) {
      for (const b of vectors) expect(wrongIn(cleanHTML(`<p>前${a}</p>${b}后`)), a + b).toEqual([])
      expect(wrongIn(cleanPaste(`<p>前${a}</p>后`)), a).toEqual([])
    }
  })
  it('keeps what it is for', () => {
    expect(cleanHTML('<h2>一</h2><p><strong>二</strong> <a href="https://a.cn">三</a></p><ul><li><p>四</p></li></ul>'))
      .toBe('<h2>一</h2><p><strong>二</strong> <a href="https://a.cn" target="_blank" rel="noopener noreferrer nofollow">三</a></p><ul><li><p>四</p></li></ul>')
    expect(plainText('<p>一</p><p>二<b>三</b></p>')).toBe('一 二三')
  })
  it('takes Word apart', () => {
    const word = `<html xmlns:o="urn:schemas-microsoft-com:office:office"><head><style>p.MsoNormal{margin:0}</style><!--[if gte mso 9]><xml><w:x/></xml><![endif]--></head><body lang=ZH-CN><!--StartFragment-->
<p class=MsoNormal style='margin-left:2cm'><b><span style='font-size:14.0pt;font-family:宋体'>报价<o:p></o:p></span></b></p>
<p class=MsoListParagraph style='mso-list:l0 level1 lfo1'><![if !supportLists]><span style='mso-list:Ignore'>1.<span style='font:7.0pt'>&nbsp;</span></span><![endif]>第一</p>
<p class=MsoListParagraph style='mso-list:l0 level1 lfo1'><span style='mso-list:Ignore'>2.</span>第二</p><!--EndFragment--></body></html>`
    expect(cleanPaste(word).replace(/\n/g, '').trim()).toBe('<p><b>报价</b></p><ol><li>第一</li><li>第二</li></ol>')
  })
  it('takes WeCom and pages apart', () => {
    expect(cleanPaste('<meta charset="utf-8"><div style="color:red"><div class="msg"><span style="font-weight:700">你好</span></div><div>再见</div></div>')).toBe('<p><strong>你好</strong></p><p>再见</p>')
  })
})
