import { beforeAll, describe, expect, it } from 'vitest'
import { setLanguage, startLanguage } from '../src/i18n'
import { spaced } from '../src/fields/phone'
import { ago, dayOf, exactInstant, fineSpan, instant, money, moneyExact, percent, setZone, span } from '../src/parts/format'

beforeAll(async () => {
  await startLanguage()
  setZone('Asia/Shanghai')
})

describe('format', () => {
  it('says yuan as people do, with the exact figure apart', () => {
    expect(money(123_000)).toBe('¥12.3万')
    expect(money(120_000_000)).toBe('¥1.2亿')
    expect(money(99_999_600)).toBe('¥1.0亿')
    expect(money(9_999)).toBe('¥9,999')
    expect(money(-50_000)).toBe('-¥5.0万')
    expect(money('125000')).toBe('¥12.5万')
    expect(money(0)).toBe('¥0')
    expect(money(null)).toBe('—')
    expect(moneyExact(49_999.99)).toBe('¥49,999.99')
  })

  it('never shows NaN', () => {
    expect(percent(undefined)).toBe('—')
    expect(percent(Number.NaN)).toBe('—')
    expect(percent(0.6499)).toBe('65.0%')
    expect(instant(null)).toBe('—')
  })

  it('cuts spans to two parts', () => {
    expect(span(((20 * 60 + 5) * 60 + 59) * 1000)).toBe('20小时05分')
    expect(span(75 * 3600_000)).toBe('3天3小时')
    expect(span(72 * 3600_000)).toBe('3天')
    expect(span(59_999)).toBe('59秒')
    expect(span(-5)).toBe('0秒')
  })

  it('reads the one countdown of a page to the minute, in the last hour to the second', () => {
    expect(fineSpan(((71 * 60 + 58) * 60 + 41) * 1000)).toBe('2天23小时58分')
    expect(fineSpan(72 * 3600_000)).toBe('3天')
    expect(fineSpan((5 * 60 + 9) * 60_000)).toBe('5小时09分')
    expect(fineSpan((58 * 60 + 7) * 1000)).toBe('58分07秒')
    expect(fineSpan(7_900)).toBe('7秒')
    expect(fineSpan(-1)).toBe('0秒')
  })

  it('groups a mobile number as people read it and leaves others', () => {
    expect(spaced('+8613965442404')).toBe('139 6544 2404')
    expect(spaced('13965442404')).toBe('139 6544 2404')
    expect(spaced('+862168881234')).toBe('+862168881234')
    expect(spaced('138****8021')).toBe('138****8021')
  })

  it('shows instants in the zone of the workspace', () => {
    expect(exactInstant('2026-11-23T16:30:00.123Z')).toBe('2026-11-24 00:30:00')
    expect(instant('2026-11-24T00:57:03.000Z', Date.parse('2026-11-24T01:00:00Z'))).toBe('11月24日 08:57:03')
    expect(instant('2025-12-31T15:59:59Z', Date.parse('2026-01-02T00:00:00Z'))).toBe('2025-12-31 23:59:59')
    expect(dayOf('2026-11-23T16:00:00Z')).toBe('2026-11-24')
    const now = Date.parse('2026-11-24T10:00:00Z')
    expect(ago('2026-11-24T09:59:30Z', now)).toBe('刚刚')
    expect(ago('2026-11-24T08:00:00Z', now)).toBe('2小时前')
    expect(ago('2026-11-23T08:00:00Z', now)).toBe('昨天')
  })

  it('speaks English when asked', async () => {
    await setLanguage('en')
    expect(money(1_230_000)).toBe('¥1.2M')
    expect(span(75 * 3600_000)).toBe('3d 3h')
    await setLanguage('zh-CN')
  })
})
