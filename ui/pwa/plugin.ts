import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Plugin } from 'vite'

/** What stands beside the chunks and belongs to the shell. */
const beside = ['/', '/manifest.webmanifest', '/icon.svg', '/icon-192.png']
/** The chunks from which the page starts: what is in index.html, the page everybody sees first, and the words that are loaded by themselves. */
const firsts = [/\/src\/features\/home\/HomePage\.tsx$/, /\/i18n\/en\.json$/]

/** Writes sw.js with the list of files it keeps; its version is made from their names, which carry their content. */
export function shellWorker(): Plugin {
  const source = readFileSync(join(import.meta.dirname, 'sw.js'), 'utf8')
  return {
    name: 'shell-worker',
    apply: 'build',
    enforce: 'post',
    generateBundle(_options, bundle) {
      const files = new Set<string>()
      const add = (name: string): void => {
        const chunk = bundle[name]
        if (files.has(name) || chunk?.type !== 'chunk') return
        files.add(name)
        const { viteMetadata } = chunk as { viteMetadata?: { importedCss: Set<string> } }
        viteMetadata?.importedCss.forEach((css) => files.add(css))
        chunk.imports.forEach(add)
      }
      for (const [name, chunk] of Object.entries(bundle)) {
        if (chunk.type === 'chunk' && (chunk.isEntry || firsts.some((f) => f.test(chunk.facadeModuleId ?? '')))) add(name)
      }
      const shell = [...beside, ...[...files].sort().map((name) => `/${name}`)]
      const version = createHash('sha256').update(source).update(shell.join('\n')).digest('hex').slice(0, 12)
      this.emitFile({ type: 'asset', fileName: 'sw.js', source: source.replace('__VERSION__', version).replace("['__SHELL__']", JSON.stringify(shell)) })
    },
  }
}
