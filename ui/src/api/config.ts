import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { api } from './client'
import { keys } from './keys'
import type { Definition, DefinitionDetail, DefinitionProblem, DraftSaved, Key, Revision, Title } from './types'

const path = (kind: string, name: string): string => `definitions/${encodeURIComponent(kind)}/${encodeURIComponent(name)}`

export function useDefinitions() {
  return useQuery({
    queryKey: keys.definitions,
    queryFn: async () => (await api.get<{ definitions: Definition[] }>('definitions')).definitions,
  })
}

export function useDefinition(kind: string, name: string, enabled = true) {
  return useQuery({ queryKey: keys.definition(kind, name), enabled, queryFn: () => api.get<DefinitionDetail>(path(kind, name)) })
}

export interface Edited { kind: string; name: string; title: Title; spec: unknown }

/** What the server says of unsaved edits that belong together: problems with their places, and the sentences they read as. */
export function useCheck(edited: Edited[] | null) {
  return useQuery({
    queryKey: [...keys.definitions, 'check', edited],
    enabled: edited !== null,
    queryFn: ({ signal }) =>
      api.post<{ problems?: DefinitionProblem[] | null; sentences?: Record<string, string> | null }>('definitions:check', { definitions: edited }, signal),
    placeholderData: (before) => before,
    retry: false,
  })
}

export function useSaveDraft(kind: string, name: string) {
  const client = useQueryClient()
  return useMutation({
    mutationFn: (given: { title: Title; spec: unknown; base?: number }) => api.put<DraftSaved>(path(kind, name), given),
    onSuccess: () => client.invalidateQueries({ queryKey: keys.definitions }),
  })
}

export function useDropDraft(kind: string, name: string) {
  const client = useQueryClient()
  return useMutation({
    mutationFn: () => api.delete(`${path(kind, name)}/draft`),
    onSuccess: () => client.invalidateQueries({ queryKey: keys.definitions }),
  })
}

export function usePublish() {
  const client = useQueryClient()
  return useMutation({
    mutationFn: async ({ companion, ...given }: { note: string; only: { kind: string; name: string }[]; companion?: Edited | null; over?: boolean }) => {
      if (!companion) return api.post<{ revision: Revision }>('revisions', given)
      const { kind, name, title, spec } = companion
      await api.put<DraftSaved>(path(kind, name), { title, spec })
      try {
        return await api.post<{ revision: Revision }>('revisions', { ...given, only: [...given.only, { kind, name }] })
      } catch (problem) {
        await api.delete(`${path(kind, name)}/draft`).catch(() => undefined) // refused: nothing half made stays behind
        throw problem
      }
    },
    onSuccess: async () => {
      await Promise.all([keys.definitions, keys.meta, keys.revisions].map((queryKey) => client.invalidateQueries({ queryKey })))
    },
  })
}

export function useRevisions() {
  return useQuery({ queryKey: keys.revisions, queryFn: async () => (await api.get<{ revisions: Revision[] }>('revisions')).revisions })
}

export function useRestore() {
  const client = useQueryClient()
  return useMutation({
    mutationFn: (n: number) => api.post<{ revision: Revision }>(`revisions/${n}/restore`),
    onSuccess: async () => {
      await Promise.all([keys.definitions, keys.meta, keys.revisions].map((queryKey) => client.invalidateQueries({ queryKey })))
    },
  })
}

export function useKeys(enabled: boolean) {
  return useQuery({ queryKey: keys.apiKeys, enabled, queryFn: async () => (await api.get<{ keys: Key[] }>('keys')).keys })
}

export function useMakeKey() {
  const client = useQueryClient()
  return useMutation({
    mutationFn: (given: { kind: 'channel' | 'api'; name: string; scopes: string[] }) => api.post<{ key: Key; secret: string }>('keys', given),
    onSuccess: () => client.invalidateQueries({ queryKey: keys.apiKeys }),
  })
}

export function useRevokeKey() {
  const client = useQueryClient()
  return useMutation({
    mutationFn: (id: string) => api.delete(`keys/${encodeURIComponent(id)}`),
    onSuccess: () => client.invalidateQueries({ queryKey: keys.apiKeys }),
  })
}
