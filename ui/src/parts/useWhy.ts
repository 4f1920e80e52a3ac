import { useCallback } from 'react'
import { useSearchParams } from 'react-router'

export interface WhySubject { object: string; id: string; subject: string }

/** The open 为什么 drawer lives in the address (?why=lead/ID/owner), so it can be shared and left by Back. */
export function useWhy() {
  const [params, setParams] = useSearchParams()
  const [object, id, subject] = (params.get('why') ?? '').split('/')
  const current: WhySubject | null = object && id ? { object, id, subject: subject || 'owner' } : null
  const open = useCallback(
    (why: WhySubject) =>
      setParams((old) => {
        const next = new URLSearchParams(old)
        next.set('why', `${why.object}/${why.id}/${why.subject}`)
        return next
      }),
    [setParams],
  )
  const close = useCallback(
    () =>
      setParams(
        (old) => {
          const next = new URLSearchParams(old)
          next.delete('why')
          return next
        },
        { replace: true },
      ),
    [setParams],
  )
  return { current, open, close }
}
