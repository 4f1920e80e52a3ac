import { expect, test } from 'vitest'
import { narrow, useBrowser } from '../harness/browser'
import { call, newLead, reads, settled, shot, signIn, type Lead } from '../harness/steps'

const open = useBrowser()

test('facts are edited where they stand: Enter saves, Esc leaves, Tab saves and goes on', async () => {
  const page = await open()
  await signIn(page, 'chenli')
  const lead = await newLead(page, { company: '改一改学校', name: '沈老师', industry: '教育', region: '江苏 南京' })
  const kept = async () => (await call<{ record: Lead }>(page, 'GET', `objects/lead/records/${lead.id}`)).body.record
  await page.goto(`/objects/lead/${lead.id}`)
  const fact = (name: string) => page.locator(`[data-field=${name}]`)

  await fact('name').getByRole('button').click()
  await fact('name').getByRole('textbox').fill('沈校长')
  await page.keyboard.press('Enter')
  await reads(fact('name'), /沈校长/)
  await expect.poll(async () => (await kept()).name).toBe('沈校长')

  await fact('name').getByRole('button').click()
  await fact('name').getByRole('textbox').fill('写错了')
  await page.keyboard.press('Escape')
  await reads(fact('name'), /沈校长/)
  expect((await kept()).name).toBe('沈校长')

  // Money as people write it; its tag follows in the same instant.
  await fact('budget').getByRole('button').click()
  await fact('budget').getByRole('textbox').fill('二十万零一')
  await page.keyboard.press('Tab')
  await fact('region').getByRole('textbox').waitFor()
  await page.keyboard.press('Escape')
  await reads(fact('budget'), /¥20.0万/)
  await expect.poll(async () => (await kept()).tags.budget).toBe('>20万')
  await page.getByRole('button', { name: '预算：>20万，为什么' }).waitFor()

  // What cannot be read is kept as written and says what is wrong with it.
  await fact('budget').getByRole('button').click()
  await fact('budget').getByRole('textbox').fill('领导说了算')
  await page.keyboard.press('Enter')
  await reads(fact('budget'), /领导说了算/)
  await expect.poll(async () => (await kept()).tags.budget).toBe('未知')
  await settled(page)
  await shot(page, 'record-hint')

  // Choices are picked; the keyboard alone is enough.
  await fact('stage').getByRole('button').focus()
  await page.keyboard.press('Enter')
  await page.locator('.ant-select-dropdown:visible').getByText('有效沟通', { exact: true }).click()
  await reads(fact('stage'), /有效沟通/)
  await reads(page.locator('.timeline li').first(), /阶段 待联系 → 有效沟通[\s\S]*\d\d:\d\d:\d\d · 陈立 · 127\.0\.0\.1/)
})

test('who was second sees both values and chooses', async () => {
  const page = await open(undefined, ['status of 409'])
  await signIn(page, 'chenli')
  const lead = await newLead(page, { company: '冲突学校', name: '原来的人', region: '江苏 南京' })
  await page.goto(`/objects/lead/${lead.id}`)
  const fact = page.locator('[data-field=name]')
  await reads(fact, /原来的人/)
  await fact.getByRole('button').click()
  await fact.getByRole('textbox').fill('我写的人')
  const changed = await call(page, 'PATCH', `objects/lead/records/${lead.id}`, { name: '别人写的人' })
  expect(changed.status).toBe(200)
  // The page has heard of it by now; what the person read when the edit began is what counts.
  await reads(page.locator('.timeline li').first(), /别人写的人/)
  await page.keyboard.press('Enter')
  const conflict = page.getByRole('alert').filter({ hasText: '保存前别人也改了这一项' })
  await conflict.waitFor()
  await reads(conflict, /您填的\s*我写的人\s*现在的\s*别人写的人/)
  await settled(page)
  await shot(page, 'record-conflict')
  await conflict.getByRole('button', { name: '用我的' }).click()
  await conflict.waitFor({ state: 'detached' })
  await reads(fact, /我写的人/)
  const { body } = await call<{ record: Lead }>(page, 'GET', `objects/lead/records/${lead.id}`)
  expect(body.record.name).toBe('我写的人')
})

test('a change of another fact meanwhile is no conflict', async () => {
  const page = await open(undefined, ['status of 409'])
  await signIn(page, 'chenli')
  const lead = await newLead(page, { company: '不冲突学校', name: '张三', region: '江苏 南京' })
  await page.goto(`/objects/lead/${lead.id}`)
  const fact = page.locator('[data-field=name]')
  await fact.getByRole('button').click()
  await fact.getByRole('textbox').fill('李四')
  expect((await call(page, 'PATCH', `objects/lead/records/${lead.id}`, { note: '旁人补的备注' })).status).toBe(200)
  await page.keyboard.press('Enter')
  await expect.poll(async () => (await call<{ record: Lead }>(page, 'GET', `objects/lead/records/${lead.id}`)).body.record).toMatchObject({ name: '李四', note: '旁人补的备注' })
  await reads(page.locator('[data-field=note]'), /旁人补的备注/)
  expect(await page.getByText('保存前别人也改了这一项').count()).toBe(0)
})

test('the timeline tells who did what from where, to the second, live', async () => {
  const page = await open()
  await signIn(page, 'chenli')
  const lead = await newLead(page, { company: '时间线学校', source: '电话呼入', industry: '教育', budget: '9万', region: '浙江 杭州' })
  await page.goto(`/objects/lead/${lead.id}`)
  const first = page.locator('.timeline li').first()
  await reads(first, /线索进入，分配给 \S+/)
  await reads(first, /\d+月\d+日 \d\d:\d\d:\d\d · 陈立 · 127\.0\.0\.1/)
  await first.getByRole('button', { name: /另有 \d+ 项/ }).click()
  await reads(first, /来源标签 电话呼入/)
  const person = await open()
  await signIn(person, 'zhouming')
  await call(page, 'POST', `objects/lead/records/${lead.id}:transfer`, { owner: 'p-zhouming', note: '周明熟悉这个客户' })
  await reads(first, /由 \S+ 转交给 周明[\s\S]*周明熟悉这个客户/)
  await reads(page.locator('[data-field=owner]'), /周明/)
  const at = await first.locator('time').getAttribute('datetime')
  const { body } = await call<{ events: { op: string; at: string; ip: string; actor: { name: string } }[] }>(page, 'GET', `objects/lead/records/${lead.id}/history`)
  expect(body.events[0]).toMatchObject({ op: 'transfer', at, ip: '127.0.0.1', actor: { name: '陈立' } })
  // The new owner is told, without asking.
  await person.getByRole('button', { name: /^收件箱，[1-9]\d* 条未读/ }).click()
  await person.getByRole('dialog').getByTestId('inbox-item').filter({ hasText: '转交给你：时间线学校' }).waitFor()
})

test('a lead is handed over with a word', async () => {
  const page = await open()
  await signIn(page, 'zhouming')
  const lead = await newLead(page, { company: '转交学校', region: '浙江 杭州', owner: 'p-linxiao' })
  await page.goto(`/objects/lead/${lead.id}`)
  await page.getByRole('button', { name: '转交' }).click()
  const dialog = page.getByRole('dialog')
  await dialog.getByRole('combobox', { name: '新负责人' }).click()
  await page.keyboard.type('何芳')
  await page.locator('.ant-select-dropdown:visible').getByText('何芳 · 华东一组').click()
  await dialog.getByRole('textbox', { name: '说明（选填）' }).fill('何芳本周有空')
  await shot(page, 'record-transfer')
  await dialog.getByRole('button', { name: '转交' }).click()
  await page.getByText('已转交').first().waitFor()
  await reads(page.locator('[data-field=owner]'), /何芳/)
})

test('the help column says why and what next; the related stands under the facts', async () => {
  const page = await open()
  await signIn(page, 'chenli')
  const { body } = await call<{ records: { id: string }[] }>(page, 'GET', `objects/lead/records?filter=${encodeURIComponent(JSON.stringify({ field: 'stage', op: 'eq', value: 'signed' }))}&limit=1`)
  await page.goto(`/objects/lead/${body.records[0]?.id}`)
  await page.getByTestId('why-panel').waitFor()
  const related = page.getByTestId('related')
  await reads(related, /合同[\s\S]*HT\d+/)
  await settled(page)
  await shot(page, 'record-signed')
  await related.getByRole('link', { name: /^HT\d+/ }).click()
  await page.getByRole('heading', { name: /^HT\d+/ }).waitFor()
  const fresh = await newLead(page, { company: '下一步学校', region: '浙江 杭州' })
  await page.goto(`/objects/lead/${fresh.id}`)
  await reads(page.locator('.record-right'), /下一步[\s\S]*预算还是空的，下次沟通时问清楚/)
})

test('on a phone the countdown and the composer come before the facts', async () => {
  const page = await open(narrow)
  await signIn(page, 'linxiao', '/objects/lead')
  await page.locator('.record-card-title').first().click()
  for (const part of ['.banner', '.composer', '.facts']) await page.locator(part).first().waitFor() // cards of the list have countdowns too
  const y = async (selector: string) => (await page.locator(selector).first().boundingBox())?.y ?? -1
  const order = [await y('.banner'), await y('.composer'), await y('.facts')]
  expect([...order].sort((a, b) => a - b)).toEqual(order)
  const overflow = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth)
  expect(overflow).toBeLessThanOrEqual(0)
})
