import type { Marks } from '../../api/search'

/** A text with what was found in it marked. Places count characters, as the server does, not UTF-16 units. */
export function Marked({ text, marks }: { text: string; marks: Marks }) {
  const characters = Array.from(text)
  const out = []
  let at = 0
  for (const [from, to] of marks) {
    if (from < at) continue
    out.push(characters.slice(at, from).join(''), <mark key={from}>{characters.slice(from, to).join('')}</mark>)
    at = to
  }
  out.push(characters.slice(at).join(''))
  return <>{out}</>
}
