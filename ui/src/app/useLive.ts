import { useQueryClient } from '@tanstack/react-query'
import { useEffect, useRef, useState } from 'react'
import type { InboxItem } from '../api/types'
import { followStream } from '../api/stream'

/** Follows the live feed while the frame stands; false while the connection is being made again. */
export function useLive(onInbox: (item: Partial<InboxItem>) => void): boolean {
  const client = useQueryClient()
  const [live, setLive] = useState(true)
  const heard = useRef(onInbox)
  useEffect(() => { heard.current = onInbox }, [onInbox])
  useEffect(() => followStream(client, setLive, (item) => heard.current(item)), [client])
  return live
}
