import { useCallback, useState } from 'react'

interface History<T> { past: T[]; now: T; future: T[]; mark: string }

const longest = 100

/** A value with the way back: edits under the same mark that follow one another are one step. */
export function useHistory<T>(start: T) {
  const [h, setH] = useState<History<T>>({ past: [], now: start, future: [], mark: '' })
  const set = useCallback((next: T, mark = ''): void => setH((old) => (mark && mark === old.mark ? { ...old, now: next, future: [] } : { past: [...old.past.slice(-longest), old.now], now: next, future: [], mark })), [])
  const undo = useCallback((): void => setH((old) => {
    const last = old.past[old.past.length - 1]
    return last === undefined ? old : { past: old.past.slice(0, -1), now: last, future: [old.now, ...old.future], mark: '' }
  }), [])
  const redo = useCallback((): void => setH((old) => {
    const [next, ...rest] = old.future
    return next === undefined ? old : { past: [...old.past, old.now], now: next, future: rest, mark: '' }
  }), [])
  const reset = useCallback((to: T): void => setH({ past: [], now: to, future: [], mark: '' }), [])
  return { now: h.now, set, undo, redo, reset, canUndo: h.past.length > 0, canRedo: h.future.length > 0, steps: h.past.length }
}
