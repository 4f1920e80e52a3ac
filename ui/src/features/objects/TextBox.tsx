import { Input } from 'antd'
import { useState } from 'react'

interface Props { id?: string; label: string; value: string; disabled?: boolean; placeholder?: string; autoFocus?: boolean; keepEmpty?: boolean; className?: string; onCommit: (value: string) => void }

/** A line of text that counts once it is left or entered, so that half a name is nowhere taken for one. */
export function TextBox({ id, label, value, disabled, placeholder, autoFocus, keepEmpty, className, onCommit }: Props) {
  const [typed, setTyped] = useState<string | null>(null)
  const commit = (): void => {
    const next = typed?.trim()
    setTyped(null)
    if (next !== undefined && next !== value && (next || keepEmpty)) onCommit(next)
  }
  return <Input id={id} className={className} aria-label={label} value={typed ?? value} disabled={disabled} placeholder={placeholder} autoFocus={autoFocus} onFocus={(e) => { if (autoFocus) e.target.select() }} onChange={(e) => setTyped(e.target.value)} onBlur={commit} onPressEnter={commit} />
}
