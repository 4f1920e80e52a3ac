import { expect, test } from 'vitest'
import { useBrowser, useServer } from '../harness/browser'
import { call, go, settled, shot, signIn } from '../harness/steps'

const open = useBrowser(useServer()) // it publishes an object of its own
const name = 'site_visit'
const spec = {
  title_field: 'title',
  fields: [
    { name: 'title', title: { 'zh-CN': '标题', en: 'Title' }, type: 'text' },
    { name: 'photos', title: { 'zh-CN': '现场照片', en: 'Photos' }, type: 'image', files: { most: 4, max_mb: 2 } },
    { name: 'papers', title: { 'zh-CN': '附件', en: 'Papers' }, type: 'file' },
    { name: 'minutes', title: { 'zh-CN': '纪要', en: 'Minutes' }, type: 'rich_text' },
  ],
}
interface FileRef { id: string; name: string; mime: string }
interface Visit { id: string; photos: FileRef[]; papers: FileRef[]; minutes: string | null }

/** A picture the browser draws itself. */
async function png(page: import('playwright-core').Page, colour: string): Promise<Buffer> {
  const url = await page.evaluate((fill) => {
    const canvas = document.createElement('canvas')
    canvas.width = 640
    canvas.height = 400
    const pen = canvas.getContext('2d')
    if (pen) { pen.fillStyle = fill; pen.fillRect(0, 0, 640, 400) }
    return canvas.toDataURL('image/png')
  }, colour)
  return Buffer.from(url.split(',')[1] ?? '', 'base64')
}

test('pictures and files are sent, seen small and large, and by nobody without the right; formatted text comes in clean', async () => {
  const page = await open(undefined, ['status of 404'])
  await signIn(page, 'admin')
  expect((await call(page, 'PUT', `definitions/object/${name}`, { title: { 'zh-CN': '现场拜访', en: 'Site visit' }, spec })).status).toBe(200)
  expect((await call(page, 'POST', 'revisions', { note: '拜访', only: [{ kind: 'object', name }] })).status).toBe(200)
  const made = await call<{ record: Visit }>(page, 'POST', `objects/${name}/records`, { title: '第一次' })
  expect(made.status, JSON.stringify(made.body)).toBe(201)
  const { id } = made.body.record
  const kept = async () => (await call<{ record: Visit }>(page, 'GET', `objects/${name}/records/${id}`)).body.record
  await page.goto(`/objects/${name}/${id}`)
  const fact = (field: string) => page.locator(`[data-field=${field}]`)

  // Sent with progress, small pictures at once; a page that calls itself a picture is refused by its content.
  await fact('photos').getByRole('button', { name: /现场照片/ }).click()
  await fact('photos').locator('input[type=file]').setInputFiles([
    { name: '大门.png', mimeType: 'image/png', buffer: await png(page, 'teal') },
    { name: '机房.png', mimeType: 'image/png', buffer: await png(page, 'navy') },
  ])
  await expect.poll(() => fact('photos').locator('li img').count()).toBe(2)
  await fact('photos').getByRole('button', { name: '完成' }).click()
  await expect.poll(async () => (await kept()).photos.map((f) => f.mime)).toEqual(['image/png', 'image/png'])
  const small = fact('photos').locator('.file-thumb img')
  await expect.poll(() => small.first().evaluate((img: HTMLImageElement) => img.naturalWidth)).toBe(320)

  // The viewer: keys go on and leave.
  await fact('photos').locator('.file-thumb').first().click()
  const large = page.locator('.ant-image-preview img').last()
  const [first, second] = (await kept()).photos
  await expect.poll(() => large.getAttribute('src')).toContain(first?.id)
  await page.keyboard.press('ArrowRight')
  await expect.poll(() => large.getAttribute('src')).toContain(second?.id)
  await page.keyboard.press('Escape')
  await page.locator('.ant-image-preview').waitFor({ state: 'hidden' })

  // A page that says it is a PDF is a file like any other: saved, never run.
  await fact('papers').getByRole('button', { name: /附件/ }).click()
  await fact('papers').locator('input[type=file]').setInputFiles({ name: '方案.pdf', mimeType: 'application/pdf', buffer: Buffer.from('<!doctype html><script>document.title = "run"</script>') })
  await fact('papers').getByText('方案.pdf').waitFor()
  await fact('papers').getByRole('button', { name: '完成' }).click()
  await fact('papers').getByRole('link', { name: /下载 方案\.pdf/ }).waitFor()
  await expect.poll(async () => (await kept()).papers?.length).toBe(1) // the page shows it while it is being saved
  const paper = (await kept()).papers[0]
  const answer = await page.request.get(`/api/v1/files/${paper?.id}?inline=1`)
  expect([answer.headers()['content-type'], answer.headers()['x-content-type-options'], answer.headers()['content-disposition']?.split(';')[0]]).toEqual(['application/octet-stream', 'nosniff', 'attachment'])

  // What is pasted from Word is structure only.
  await fact('minutes').getByRole('button', { name: /纪要/ }).click()
  const editor = fact('minutes').locator('[contenteditable=true]')
  await editor.click()
  await editor.evaluate((box) => {
    const data = new DataTransfer()
    data.setData('text/html', "<p class=MsoNormal style='color:red' onclick='alert(1)'><b>报价</b> 20 万<o:p></o:p></p><img src=x onerror='document.title=1'><script>document.title=1</script><p class=MsoListParagraph style='mso-list:l0'><span style='mso-list:Ignore'>1.</span>下周签约</p>")
    box.dispatchEvent(new ClipboardEvent('paste', { clipboardData: data, bubbles: true, cancelable: true }))
  })
  await editor.getByText('下周签约').waitFor()
  await fact('minutes').getByRole('button', { name: '完成' }).click()
  await expect.poll(async () => (await kept()).minutes).toBe('<p><strong>报价</strong> 20 万</p><ol><li><p>下周签约</p></li></ol>')
  await fact('minutes').locator('.rich ol li').waitFor()
  await settled(page)
  await shot(page, 'files')

  // In the list: small, and counted.
  await go(page, `/objects/${name}`)
  await page.locator('.file-thumb').first().waitFor()
  await page.getByText('共 2 个').first().waitFor()

  // A rep to whom these records are nothing gets nothing, by whatever address.
  await signIn(page, 'linxiao')
  for (const at of [`files/${first?.id}`, `files/${first?.id}/thumbnail`, `files/${paper?.id}`]) expect((await page.request.get(`/api/v1/${at}`)).status(), at).toBe(404)
  expect((await call(page, 'POST', 'objects/lead/records', { company: '拿来主义', attachments: [paper] })).status).toBe(422)
})
