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

/** The tone for a colour name from a definition; unknown names stay neutral. */
export const toneOf = (color: string | undefined): Tone => (color && known[color]) || 'neutral'
