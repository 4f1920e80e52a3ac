import { describe, expect, it } from 'vitest'
import { completions, marked } from '../src/features/objects/complete'
import { asField } from '../src/features/objects/kinds'
import { freeName, numberExample, pasteOptions, placeField, renameField, renameOption, retitle, sectionsOf, stepField, takenNames, withoutField, wordsReplaced, type FieldSpec, type ObjectSpec } from '../src/features/objects/spec'

const f = (name: string, group?: string, more: Partial<FieldSpec> = {}): FieldSpec => ({ name, title: { 'zh-CN': name.toUpperCase() }, type: 'text', ...(group ? { group } : {}), ...more })
const order = (fields: FieldSpec[]): string => sectionsOf(fields).map((s) => `${s.group}:${s.fields.map((x) => x.name).join('')}`).join(' ')

function random(seed: number): () => number {
  let x = seed
  return () => {
    x = (x * 1103515245 + 12345) % 2147483648
    return x / 2147483648
  }
}

describe('names', () => {
  it('take the first number that is free, and none that the object or the system has', () => {
    expect(freeName('mudi', [])).toBe('mudi')
    expect(freeName('mudi', ['mudi', 'mudi_2'])).toBe('mudi_3')
    expect(freeName('owner', takenNames([]))).toBe('owner_2')
    expect(freeName('old', takenNames([f('now', '', { id: 'size', aliases: ['old'] })]))).toBe('old_2')
    expect(freeName('size', takenNames([f('now', '', { id: 'size' })]))).toBe('size_2')
  })
})

describe('moves', () => {
  const fields = [f('a'), f('b', 'G'), f('c'), f('d', 'G'), f('e', 'H')]
  it('show groups together and put a field before another or at the end of a group', () => {
    expect(order(fields)).toBe(':ac G:bd H:e')
    expect(order(placeField(fields, fields[4] as FieldSpec, { before: 'd' }))).toBe(':ac G:bed')
    expect(order(placeField(fields, fields[0] as FieldSpec, { end: 'H' }))).toBe(':c G:bd H:ea')
    expect(order(placeField(fields, f('n'), { end: '' }))).toBe(':acn G:bd H:e')
    expect(placeField(fields, fields[1] as FieldSpec, { before: 'b' })).toBe(fields)
  })
  it('step within a group and over its edge, and back again', () => {
    expect(order(stepField(fields, 'a', 1))).toBe(':ca G:bd H:e')
    expect(order(stepField(fields, 'd', -1))).toBe(':ac G:db H:e')
    expect(order(stepField(fields, 'c', 1))).toBe(':a G:cbd H:e')
    expect(order(stepField(fields, 'b', -1))).toBe(':acb G:d H:e')
    expect(stepField(fields, 'a', -1)).toBe(fields)
    expect(stepField(fields, 'e', 1)).toBe(fields)
  })
  it('lose and double nothing, whatever is moved', () => {
    const r = random(7)
    let now = fields
    for (let i = 0; i < 400; i++) {
      const one = now[Math.floor(r() * now.length)] as FieldSpec
      const other = now[Math.floor(r() * now.length)] as FieldSpec
      now = r() < 0.5 ? stepField(now, one.name, r() < 0.5 ? 1 : -1) : placeField(now, one, r() < 0.5 ? { before: other.name } : { end: ['', 'G', 'H', 'I'][Math.floor(r() * 4)] as string })
      expect(now.map((x) => x.name).sort().join('')).toBe('abcde')
      expect(placeField(now, one, { before: one.name }), 'before itself nothing moves').toBe(now)
    }
  })
})

describe('options', () => {
  it('come from lines, or from one line with marks between; what is there is left out', () => {
    expect(pasteOptions('回访\n签约\n\n 回访 \r\n', []).options.map((o) => o.value)).toEqual(['回访', '签约'])
    expect(pasteOptions('回访、签约，售后;培训\t其他', []).options.map((o) => o.value)).toEqual(['回访', '签约', '售后', '培训', '其他'])
    expect(pasteOptions('a,b\nc', []).options.map((o) => o.value)).toEqual(['a,b', 'c'])
    const got = pasteOptions('ＡＢ\n旧名\nnew', [{ value: 'ab' }, { value: 'x', title: '新名', aliases: ['旧名'] }])
    expect([got.added, got.known, got.options.length]).toEqual([1, 2, 3])
  })
  it('keep what is stored when one is renamed, and know it by its old name', () => {
    expect(renameOption({ value: '回访' }, '复访', false)).toEqual({ value: '复访' })
    const once = renameOption({ value: '回访', color: 'red' }, '复访', true)
    expect(once).toEqual({ value: '回访', color: 'red', title: '复访' })
    const twice = renameOption(once, '再访', true)
    expect(twice).toEqual({ value: '回访', color: 'red', title: '再访', aliases: ['复访'] })
    expect(renameOption(twice, '回访', true)).toEqual({ value: '回访', color: 'red', aliases: ['复访', '再访'] })
  })
})

describe('renaming', () => {
  const spec: ObjectSpec = {
    title_field: 'a',
    fields: [f('a'), f('b', '', { visible_when: { all: [{ field: 'a', op: 'eq', value: 'a' }] } }), f('c', '', { type: 'formula', formula: 'A + concat("A", a)' })],
    unique: [{ fields: ['a', 'b'] }, { fields: ['a', 'c', 'b'] }],
    checks: [{ name: 'k', message: '', at: 'a', when: { any: [{ field: 'b', op: 'lt', value: { ref: 'record.a' } }] } }],
  }
  it('goes through everything that the object says of a field', () => {
    const to = renameField(spec, 'a', 'z')
    expect(to.title_field).toBe('z')
    expect(to.fields[1]?.visible_when).toEqual({ all: [{ field: 'z', op: 'eq', value: 'a' }] })
    expect(to.fields[2]?.formula).toBe('A + concat("A", z)')
    expect(to.unique).toEqual([{ fields: ['z', 'b'] }, { fields: ['z', 'c', 'b'] }])
    expect(to.checks?.[0]).toMatchObject({ at: 'z', when: { any: [{ field: 'b', value: { ref: 'record.z' } }] } })
    expect(renameField(to, 'z', 'a')).toEqual(spec)
  })
  it('takes titles along in formulas, not inside of texts', () => {
    expect(retitle(spec, 'a', '数 量').fields[2]?.formula).toBe('{数 量} + concat("A", a)')
    expect(wordsReplaced('{数 量} * 单价2 + 单价', '单价', '价')).toBe('{数 量} * 单价2 + 价')
    expect(wordsReplaced('【数 量】+ “数 量”', '数 量', '数')).toBe('数+ “数 量”')
  })
  it('of a field that goes leaves no rule of one field behind', () => {
    expect(withoutField(spec, 'a').unique).toEqual([{ fields: ['c', 'b'] }])
  })
})

describe('formulas', () => {
  const fields = [{ name: 'budget', title: '预算', about: '' }, { name: 'rate', title: '成交 率', about: '' }]
  const functions = [{ name: 'round', names: ['round', '四舍五入'], usage: 'round(x, n)', help: '', group: '' }]
  it('offer what can be named where one types', () => {
    expect(completions('', 0, fields, functions)?.offers.map((o) => o.insert)).toEqual(['预算', '{成交 率}'])
    expect(completions('预算 * 成', 6, fields, functions)).toMatchObject({ from: 5, to: 6, offers: [{ insert: '{成交 率}' }] })
    expect(completions('rou', 3, fields, functions)?.offers.map((o) => o.insert)).toEqual(['四舍五入()'])
    expect(completions('预算', 2, fields, functions)).toBeNull()
    expect(completions('预算 ', 3, fields, functions)).toBeNull()
    expect(completions('concat("预', 9, fields, functions)).toBeNull()
  })
  it('mark what is wrong in its place, in characters', () => {
    expect(marked('😀a\nbcd', [{ code: '', message: '', position: { line: 2, column: 2, length: 2 } }])).toEqual([{ text: '😀a\nb', bad: false }, { text: 'cd', bad: true }])
    expect(marked('ab', [{ code: '', message: '', position: { line: 1, column: 1, length: 1 } }])).toEqual([{ text: 'a', bad: true }, { text: 'b', bad: false }])
  })
})

describe('auto numbers', () => {
  it('show their first of a day, and nothing where the pattern cannot be read', () => {
    const day = new Date(2026, 10, 5)
    expect(numberExample('BF-{YYYY}{MM}-{0000}', day)).toBe('BF-202611-0001')
    expect(numberExample('{YY}{DD}{00}号', day)).toBe('260501号')
    for (const bad of ['BF', '{0000}{00}', '{YYYY}', '{HH}{00}', 'a}{00}', '{00}{']) expect(numberExample(bad, day), bad).toBeNull()
  })
})

it('a computed field is seen as what it comes to', () => {
  const other = { kind: 'object', name: 'plan', title: { 'zh-CN': '' }, spec: { title_field: '', fields: [f('cost', '', { type: 'money' })] } }
  expect(asField(f('x', '', { type: 'formula', result: 'date' }), []).type).toBe('date')
  expect(asField(f('x', '', { type: 'rollup', rollup: { from: 'plan', relation: 'c', fn: 'count' } }), [other]).type).toBe('integer')
  expect(asField(f('x', '', { type: 'rollup', rollup: { from: 'plan', relation: 'c', fn: 'sum', of: 'cost' } }), [other])).toMatchObject({ name: 'x', type: 'money' })
})
