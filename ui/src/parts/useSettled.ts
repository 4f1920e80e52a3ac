import { useDeferredValue, useEffect, useState } from 'react'

const settleAfter = 600

/** The value once it has stood still, so that each keystroke is not sent to the server. */
export function useSettled<T>(value: T): T {
  const text = JSON.stringify(value)
  const [settled, setSettled] = useState(text)
  useEffect(() => {
    const timer = setTimeout(() => setSettled(text), settleAfter)
    return () => clearTimeout(timer)
  }, [text])
  return JSON.parse(useDeferredValue(settled)) as T
}
