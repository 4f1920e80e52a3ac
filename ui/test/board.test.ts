import { expect, test } from 'vitest'
import { beside, cardsOf, columnsOf, type Move } from '../src/features/kanban/board'
import type { Field, RecordData } from '../src/api/types'

const field: Field = { name: 'stage', title: { 'zh-CN': '阶段' }, type: 'choice', options: [{ value: '需求确认' }, { value: '方案报价' }, { value: '赢单' }] }
const amount: Field = { name: 'amount', title: { 'zh-CN': '金额' }, type: 'money' }
const record = (id: string, more: Record<string, unknown> = {}): RecordData => ({ id, version: 1, ...more })
const figures = [{ value: '方案报价', count: 3, sum: 0.3 }, { value: '搁置', count: 1, sum: null }, { value: null, count: 2, sum: 5 }]

test('columns stand in the order of the options; what is off the list and what is empty comes after, only while there is any', () => {
  const columns = columnsOf(field, figures, undefined, [], amount)
  expect(columns.map((c) => [c.value, c.count, c.sum])).toEqual([['需求确认', 0, 0], ['方案报价', 3, 0.3], ['赢单', 0, 0], ['搁置', 1, 0], ['', 2, 5]])
  expect(columnsOf(field, [{ value: null, count: 0, sum: 0 }], undefined, [], undefined).map((c) => [c.value, c.sum])).toEqual([['需求确认', null], ['方案报价', null], ['赢单', null]])
})

test('a move on its way counts where it goes, and its sum is exact to the cent', () => {
  const moves: Move[] = [{ record: record('a', { amount: 0.1 }), from: '方案报价', to: '赢单' }, { record: record('b', { amount: 0.2 }), from: '方案报价', to: '赢单' }]
  const columns = columnsOf(field, figures, undefined, moves, amount)
  expect(columns.slice(0, 3).map((c) => [c.count, c.sum])).toEqual([[0, 0], [1, 0], [2, 0.3]])
})

test('a card that moves stands first where it goes and nowhere else', () => {
  const moves: Move[] = [{ record: record('a'), from: '方案报价', to: '赢单' }]
  expect(cardsOf('方案报价', [record('a'), record('b')], moves).map((r) => r.id)).toEqual(['b'])
  expect(cardsOf('赢单', [record('c')], moves).map((r) => r.id)).toEqual(['a', 'c'])
  expect(cardsOf('赢单', [record('a'), record('c')], moves).map((r) => r.id)).toEqual(['a', 'c'])
})

test('the columns beside a column, none past the edge', () => {
  const columns = columnsOf(field, [], undefined, [], amount)
  expect([beside(columns, '需求确认', 1), beside(columns, '需求确认', -1), beside(columns, '赢单', 1), beside(columns, '没有', 1)]).toEqual(['方案报价', undefined, undefined, undefined])
})
