import type { ReactNode } from 'react'
import './chip.css'

export type Tone = 'brand' | 'neutral' | 'red' | 'amber' | 'green' | 'blue'

export function Chip({ tone = 'neutral', children, title, testid }: { tone?: Tone; children: ReactNode; title?: string; testid?: string }) {
  return <span className={`chip chip-${tone}`} title={title} data-testid={testid}>{children}</span>
}

const known: Record<string, Tone> = {
  red: 'red', volcano: 'red', orange: 'amber', gold: 'amber', yellow: 'amber', amber: 'amber', green: 'green', lime: 'green', teal: 'green',
  cyan: 'blue', blue: 'blue', geekblue: 'brand', purple: 'brand', brand: 'brand', indigo: 'brand', grey: 'neutral', gray: 'neutral',
}

/** A tag's chip: its colour is a small dot, as the strong tints are kept for what is overdue, soon or done. */
export function TagChip({ color, children, title }: { color?: string; children: ReactNode; title?: string }) {
  const tone = toneOf(color)
  return (
    <span className="chip chip-neutral" title={title}>
      {color && tone !== 'neutral' ? <span className={`tag-dot tag-dot-${tone}`} aria-hidden /> : null}
      {children}
    </span>
  )
}

/** The tone for a colour name from a definition; unknown names stay neutral. */
export const toneOf = (color: string | undefined): Tone => (color && known[color]) || 'neutral'
