import { useMetaQuery, useSessionQuery } from '../api/session'
import { SignIn } from '../features/session/SignIn'
import { Failed, Loading } from '../parts/States'
import { Frame } from './Frame'
import { Pages } from './Pages'

/** Nobody signed in sees only the sign-in form; the address is kept for afterwards. */
export function Gate() {
  const session = useSessionQuery()
  if (session.isPending) return <Loading rows={4} />
  if (session.isError && !session.data) return <Failed error={session.error} retry={() => void session.refetch()} />
  if (!session.data) return <SignIn />
  return <SignedIn key={session.data.user.id} />
}

function SignedIn() {
  const meta = useMetaQuery()
  if (meta.isPending) return <Loading rows={10} />
  if (meta.isError && !meta.data) return <Failed error={meta.error} retry={() => void meta.refetch()} />
  return (
    <Frame>
      <Pages />
    </Frame>
  )
}
