import { useEffect } from 'react'

interface Keys { count: number; cursor: number; move: (to: number) => void; select: (at: number) => void; open: (at: number) => void }

const busy = (target: EventTarget | null): boolean =>
  target instanceof HTMLElement && (target.isContentEditable || Boolean(target.closest('input, textarea, select, button, a, [role="dialog"], [role="combobox"], .ant-popover')))

/** j and k move, x selects, Enter opens; silent while something else has the keyboard. */
export function useRowKeys({ count, cursor, move, select, open }: Keys): void {
  useEffect(() => {
    const onKey = (event: KeyboardEvent): void => {
      if (event.ctrlKey || event.metaKey || event.altKey || busy(event.target) || document.querySelector('.ant-drawer-open')) return
      if (event.key === 'j') move(Math.min(count - 1, cursor + 1))
      else if (event.key === 'k') move(Math.max(0, cursor - 1))
      else if (event.key === 'x' && cursor >= 0) select(cursor)
      else if (event.key === 'Enter' && cursor >= 0) open(cursor)
      else return
      event.preventDefault()
    }
    window.addEventListener('keydown', onKey)
    return () => window.removeEventListener('keydown', onKey)
  }, [count, cursor, move, select, open])
}
