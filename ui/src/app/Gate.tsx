import { useCallback, useMemo } from 'react'
import { useMetaQuery, useSessionQuery } from '../api/session'
import type { Session } from '../api/types'
import { Within } from '../api/within'
import { SignIn } from '../features/session/SignIn'
import { Failed, Loading, Offline } from '../parts/States'
import { Problem } from '../api/client'
import { Frame } from './Frame'
import { Pages } from './Pages'

/** Nobody signed in sees only the sign-in form; the address is kept for afterwards. */
export function Gate() {
  const session = useSessionQuery()
  const { refetch } = session
  const again = useCallback(() => void refetch(), [refetch])
  // Without a net a question may wait instead of failing.
  const offline = session.fetchStatus === 'paused' || (session.error instanceof Problem && session.error.code === 'offline')
  if (offline && !session.data) return <Offline retry={again} />
  if (session.isPending) return <Loading rows={4} />
  if (session.isError && !session.data) return <Failed error={session.error} retry={again} />
  if (!session.data) return <SignIn />
  return <SignedIn key={session.data.user.id} session={session.data} />
}

function SignedIn({ session }: { session: Session }) {
  const { data: meta, error, isPending, refetch } = useMetaQuery()
  const within = useMemo(() => (meta ? { session, meta } : null), [session, meta])
  if (isPending) return <Loading rows={10} />
  if (!within) return <Failed error={error} retry={() => void refetch()} />
  return (
    <Within value={within}>
      <Frame>
        <Pages />
      </Frame>
    </Within>
  )
}
