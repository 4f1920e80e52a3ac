import { useQueryClient } from '@tanstack/react-query'
import { useEffect, useState } from 'react'
import { followStream } from '../api/stream'

/** Follows the live feed while the frame stands; false while the connection is being made again. */
export function useLive(): boolean {
  const client = useQueryClient()
  const [live, setLive] = useState(true)
  useEffect(() => followStream(client, setLive), [client])
  return live
}
