import { expect, test } from 'vitest'
import { mannerOf, scopeOf, withClass, withManner, withReadOnly, withScope, type RoleRule } from '../src/features/roles/spec'
import { topUnits, unitsBelow } from '../src/features/people/org'

test('scope words add up in one order; all stands for itself, none at all is said of reading', () => {
  expect(withScope({}, 'read', ['pool', 'own']).read).toBe('own+pool')
  expect(withScope({}, 'read', ['own', 'all']).read).toBe('all')
  expect(withScope({ read: 'own' }, 'read', []).read).toBe('none')
  expect(withScope({ update: 'own' }, 'update', []).update).toBeUndefined()
  expect(scopeOf({ read: 'none' }, 'read')).toEqual([])
  expect(scopeOf({ read: 'own+pool' }, 'read')).toEqual(['own', 'pool'])
})

test('a field is named in one list, the strictest counting; lists that are empty go', () => {
  let rule: RoleRule = { read: 'own', hide: ['phone'] }
  rule = withManner(rule, 'phone', 'mask')
  expect([rule.hide, rule.mask]).toEqual([undefined, ['phone']])
  expect(mannerOf({ hide: ['phone'], show: ['phone'] }, 'phone')).toBe('hide')
  rule = withManner(rule, 'phone', null)
  expect(mannerOf(rule, 'phone')).toBeNull()
  expect(withReadOnly(withReadOnly(rule, 'phone', true), 'phone', false).read_only).toBeUndefined()
  expect(withClass(undefined, 'secret', 'hide')).toEqual({ secret: 'hide' })
  expect(withClass({ secret: 'hide' }, 'secret', null)).toBeUndefined()
})

test('a unit is not moved under itself; what has no parent stands at the top', () => {
  const units = [{ id: 'a', name: 'a' }, { id: 'c', name: 'c', parent: 'b' }, { id: 'b', name: 'b', parent: 'a' }, { id: 'lost', name: 'lost', parent: 'gone' }]
  expect([...unitsBelow(units, 'b')].sort()).toEqual(['b', 'c'])
  expect(topUnits(units).map((u) => u.id)).toEqual(['a', 'lost'])
})
