import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useEffect } from 'react'
import { clock } from '../parts/clock'
import { setZone } from '../parts/format'
import { api, Problem } from './client'
import { keys } from './keys'
import type { DemoPeople, Meta, Session, TagDimension, Title } from './types'
import { viewing } from './viewing'
import { useMeta, useSession } from './within'

export { useMeta, useSession }

function adopt(session: Session): Session {
  api.setToken(session.csrf_token)
  setZone(session.workspace?.zone)
  if (session.workspace?.now) clock.follow(session.workspace.now)
  return session
}

async function current(): Promise<Session | null> {
  try {
    return adopt(await api.get<Session>('session'))
  } catch (error) {
    if (error instanceof Problem && error.status === 401) return null
    if (viewing.current() && error instanceof Problem && [403, 404].includes(error.status)) { // the person has left, or the right was taken
      viewing.end()
      return adopt(await api.get<Session>('session'))
    }
    throw error
  }
}

/** Null while nobody is signed in. Refetched each minute, which also keeps the clock true. */
export function useSessionQuery() {
  return useQuery({ queryKey: keys.session, queryFn: current, staleTime: 60_000, refetchInterval: 60_000, retry: (count, error) => count < 2 && !(error instanceof Problem && error.code === 'offline') })
}

export function useRight(right: string): boolean {
  return useSession().rights.includes(right)
}

/** Whether definitions of this kind may be drafted; the server has the last word. */
export function mayConfigure(session: Session, kind: string): boolean {
  if (!session.rights.includes('definitions.write')) return false
  return !session.configure || session.configure.includes('*') || session.configure.includes(kind)
}

export function useSignIn() {
  const client = useQueryClient()
  return useMutation({
    mutationFn: async (given: { username: string; password: string }) => {
      const made = await api.post<Session>('session', given)
      api.setToken(made.csrf_token)
      return made.rights && made.workspace ? adopt(made) : adopt(await api.get<Session>('session'))
    },
    onSuccess: (session) => client.setQueryData(keys.session, session),
  })
}

export function useSignOut() {
  const client = useQueryClient()
  return useMutation({
    mutationFn: () => api.delete('session'),
    onSettled: () => {
      viewing.end()
      client.setQueryData(keys.session, null)
    },
  })
}

/** For the sign-in form: once it stands, nothing that the last person read stays behind. */
export function useForget() {
  const client = useQueryClient()
  useEffect(() => client.removeQueries({ predicate: (query) => query.queryKey[0] !== keys.session[0] && query.queryKey[0] !== keys.demo[0] }), [client])
}

export function useDemoPeople() {
  return useQuery({
    queryKey: keys.demo,
    queryFn: async () => {
      try {
        return await api.get<DemoPeople>('session/demo')
      } catch (error) {
        if (error instanceof Problem && (error.status === 404 || error.status === 401)) return null
        throw error
      }
    },
    retry: false,
    staleTime: Infinity,
  })
}

interface Raw { name: string; title: Title; spec?: Record<string, unknown> }
type RawMeta = Omit<Meta, 'tag_dimensions' | 'funnels' | 'measures' | 'pipelines' | 'conversions' | 'validations'> & { tag_dimensions?: Raw[] | null; funnels?: Raw[] | null; measures?: Raw[] | null; pipelines?: Raw[] | null; conversions?: Raw[] | null; validations?: Raw[] | null }

/** Definitions listed in the meta carry their spec; the page reads its members beside the name. */
function flatten(raw: RawMeta): Meta {
  const lift = <T>(list: Raw[] | null | undefined): T[] => (list ?? []).map(({ spec, ...rest }) => ({ ...spec, ...rest }) as T)
  return {
    ...raw,
    tag_dimensions: lift<TagDimension>(raw.tag_dimensions).map((d) => ({ ...d, values: d.values ?? [] })),
    funnels: lift(raw.funnels),
    measures: lift(raw.measures),
    pipelines: lift(raw.pipelines),
    conversions: lift(raw.conversions),
    validations: lift(raw.validations),
  }
}

/** Objects, tags and people as the published revision defines them. */
export function useMetaQuery() {
  return useQuery({ queryKey: keys.meta, queryFn: async () => flatten(await api.get<RawMeta>('meta')), staleTime: 5 * 60_000 })
}

export function useObject(name: string) {
  return useMeta().objects.find((object) => object.name === name)
}
