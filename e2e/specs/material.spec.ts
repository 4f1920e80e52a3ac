import { expect, test } from 'vitest'
import { narrow, useBrowser, wide } from '../harness/browser'
import { call, newLead, reads, settled, shot, signIn } from '../harness/steps'

const open = useBrowser()

test('marketing publishes a paper; the contact’s download shows on the owner’s screen by itself, with two hours to call', async () => {
  const desk = await open(wide, ['definitions/material/m_e2e']) // not there yet
  await signIn(desk, 'fangyuan', '/config/material/m_e2e?new=' + encodeURIComponent('设备维保白皮书'))
  await desk.locator('input[type=file]').setInputFiles({ name: '维保白皮书.pdf', mimeType: 'application/pdf', buffer: Buffer.from('%PDF-1.4 e2e') })
  await reads(desk.getByTestId('material-file'), /维保白皮书\.pdf/)
  await shot(desk, 'material-builder')
  await desk.getByRole('button', { name: '发布', exact: true }).click()
  await desk.getByRole('dialog').getByRole('textbox').fill('e2e')
  await desk.getByRole('dialog').getByRole('button', { name: '发布' }).click()
  await desk.getByRole('dialog').waitFor({ state: 'detached' })

  const rep = await open()
  await rep.context().grantPermissions(['clipboard-read', 'clipboard-write'])
  await signIn(rep, 'linxiao')
  const { body: me } = await call<{ user: { id: string } }>(rep, 'GET', 'session')
  const lead = await newLead(rep, { owner: me.user.id, company: '白皮书医院', name: '王总', phone: '13800137201', industry: '医疗', region: '浙江 杭州' })
  await rep.goto(`/objects/lead/${lead.id}`)
  const card = rep.getByTestId('send-material')
  await card.getByRole('button', { name: '复制专属链接' }).click()
  await card.locator('code').waitFor()
  const link = await card.locator('code').innerText()
  expect(await rep.evaluate(() => navigator.clipboard.readText())).toBe(link)
  await rep.goto('/') // the owner looks elsewhere

  const contact = await open(narrow)
  await contact.goto(link)
  await contact.getByRole('heading', { name: '设备维保白皮书' }).waitFor()
  const [file] = await Promise.all([contact.waitForEvent('download'), contact.getByRole('link', { name: '下载资料' }).click()])
  expect(file.suggestedFilename()).toBe('维保白皮书.pdf')
  const told = rep.getByRole('alert').filter({ hasText: '客户王总刚在官网下载了《设备维保白皮书》，建议2小时内电话沟通' })
  await told.waitFor() // nobody reloads
  await shot(rep, 'material-nudge')
  await told.getByRole('button', { name: '去看看' }).click()
  const banner = rep.getByTestId('countdown')
  await reads(banner, /客户有动作[\s\S]*2 ?小时内需沟通/)
  await reads(rep.getByRole('region', { name: '动态' }).or(rep.locator('.timeline')).first(), /客户动作/)
  await settled(rep)
  await shot(rep, 'material-countdown')

  const stranger = await open(narrow)
  await stranger.goto('/m/m_e2e')
  await stranger.getByRole('heading', { name: '留下电话即可下载' }).waitFor()
  expect(await stranger.getByRole('link', { name: '下载资料' }).count()).toBe(0)
  await shot(stranger, 'material-gate')
})
