import { readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import en from '../src/i18n/en.json'
import zh from '../src/i18n/zh-CN.json'

type Tree = { [key: string]: string | Tree }

function flat(tree: Tree, at = ''): Map<string, string> {
  const out = new Map<string, string>()
  for (const [key, value] of Object.entries(tree)) {
    if (typeof value === 'string') out.set(at + key, value)
    else for (const [k, v] of flat(value, `${at}${key}.`)) out.set(k, v)
  }
  return out
}

function sources(folder: string): string[] {
  return readdirSync(folder).flatMap((name) => {
    const path = join(folder, name)
    return statSync(path).isDirectory() ? sources(path) : /\.tsx?$/.test(name) ? [path] : []
  })
}

const chinese = flat(zh as Tree)
const english = flat(en as Tree)
const files = sources(join(import.meta.dirname, '../src'))
const withoutComments = (text: string): string => text.replace(/\/\*[\s\S]*?\*\//g, '').replace(/(^|\s)\/\/.*$/gm, '')

describe('catalogues', () => {
  it('hold the same keys in both languages', () => {
    expect([...english.keys()].sort()).toEqual([...chinese.keys()].sort())
  })

  it('use the same placeholders, or fewer, in English', () => {
    const holes = (text: string): Set<string> => new Set([...text.matchAll(/\{\{(\w+)\}\}/g)].map((m) => m[1] ?? ''))
    // The short date is ordered differently, so it takes other parts of the same instant.
    const wrong = [...chinese].filter(([key, text]) => key !== 'fmt.instant' && [...holes(english.get(key) ?? '')].some((h) => !holes(text).has(h)))
    expect(wrong).toEqual([])
  })

  it('have every key that the page names', () => {
    const missing: string[] = []
    for (const file of files) {
      for (const [, key, rest] of readFileSync(file, 'utf8').matchAll(/\bt\(\s*'([\w.]+)'([^)]*)/g)) {
        if (key && !chinese.has(key) && !rest?.includes('defaultValue')) missing.push(`${file}: ${key}`)
      }
    }
    expect(missing).toEqual([])
  })

  it('are the only home of Chinese text', () => {
    const found = files.filter((file) => /[㐀-鿿]/u.test(withoutComments(readFileSync(file, 'utf8'))))
    expect(found).toEqual([])
  })
})

describe('colours', () => {
  it('are named only by the theme', () => {
    const css = (folder: string): string[] =>
      readdirSync(folder).flatMap((name) => {
        const path = join(folder, name)
        return statSync(path).isDirectory() ? css(path) : /\.(css|tsx?)$/.test(name) ? [path] : []
      })
    const found = css(join(import.meta.dirname, '../src'))
      .filter((path) => !path.includes('/theme/'))
      .filter((path) => /#[0-9a-f]{3,8}\b|rgba?\(/i.test(readFileSync(path, 'utf8')))
    expect(found).toEqual([])
  })
})
