import { useMemo } from 'react'
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
  // Without a net a question waits instead of failing; with a net that leads nowhere it fails.
  if (session.isPending && session.fetchStatus === 'paused') return <Offline />
  if (session.isPending) return <Loading rows={4} />
  if (session.error instanceof Problem && session.error.code === 'offline' && !session.data) return <Offline retry={() => void session.refetch()} />
  if (session.isError && !session.data) return <Failed error={session.error} retry={() => void session.refetch()} />
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
