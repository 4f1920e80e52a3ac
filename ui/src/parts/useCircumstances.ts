import { useMemo } from 'react'
import { useSession } from '../api/within'
import { useCoarseNow } from './clock'
import type { Circumstances } from './holds'

/** The instant and the zone by which conditions are decided. */
export function useCircumstances(): Circumstances {
  const now = useCoarseNow()
  const { zone } = useSession().workspace
  return useMemo(() => ({ now: new Date(now), zone }), [now, zone])
}
