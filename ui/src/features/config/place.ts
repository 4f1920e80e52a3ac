import type { TFunction } from 'i18next'
import { titled } from '../../i18n/titled'

const words: Record<string, string> = { branches: 'branch', rules: 'rule', values: 'value', edges: 'band', all: 'condition', any: 'condition', none: 'condition', fields: 'field', options: 'option', checks: 'check', unique: 'unique' }
const sides: Record<string, string> = { candidates: 'candidates', when: 'when', on_breach: 'breach' }

/** A JSON pointer as people say it: "branch 1 «Education» · who may get it · condition 2". */
export function placeWords(pointer: string, spec: unknown, t: TFunction): string {
  const parts = pointer.split('/').filter((p) => p !== '' && p !== 'spec')
  const said: string[] = []
  let at: unknown = spec
  for (let i = 0; i < parts.length; i++) {
    const part = parts[i] as string
    at = at && typeof at === 'object' ? (at as Record<string, unknown>)[part] : undefined
    const number = Number(parts[i + 1])
    if (words[part] && Number.isInteger(number)) {
      const item = Array.isArray(at) ? (at[number] as { title?: { 'zh-CN': string }; value?: string } | undefined) : undefined
      said.push(t(`place.${words[part]}`, { n: number + 1, title: titled(item?.title, typeof item?.value === 'string' ? item.value : '') }).trim())
    } else if (sides[part]) said.push(t(`place.${sides[part]}`))
  }
  return said.join(' · ')
}
