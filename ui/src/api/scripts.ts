import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { api, Problem, recordPath } from './client'
import { keys } from './keys'
import type { RecordData, RecordDetail } from './types'

export interface Script extends RecordData {
  industry?: string | null
  question?: string | null
  answer?: string | null
  position?: number | null
  active?: boolean | null
  used?: number | null
}

export interface ScriptPage { scripts: Script[]; count: number }
export type ScriptAsk = { industry?: string; q?: string; off?: boolean }

/** Scripts in their order. Kept under the records of "script", so that the live feed renews them. */
export function useScripts(ask: ScriptAsk, enabled = true) {
  return useQuery({
    queryKey: [...keys.list('script'), 'library', ask],
    enabled,
    queryFn: ({ signal }) => api.get<ScriptPage>('scripts', ask, signal),
    placeholderData: (before) => before,
  })
}

/** Counts one copy; the key makes a repeated request count once. */
export function useCountUse() {
  const client = useQueryClient()
  return useMutation({
    mutationFn: ({ id, key }: { id: string; key: string }) => api.post<{ script: Script }>(`scripts/${encodeURIComponent(id)}:use`, {}, undefined, { 'Idempotency-Key': key }),
    onSettled: () => client.invalidateQueries({ queryKey: keys.list('script') }),
  })
}

/**
 * Saves what was edited. A use counted meanwhile changes the record's version but nothing that is edited: then the save goes on. What
 * another wrote there is replaced only with over.
 */
async function save(script: Script, changes: Partial<Script>, over: boolean): Promise<RecordDetail> {
  try {
    return await api.patch<RecordDetail>(recordPath('script', script.id), changes, script.version)
  } catch (error) {
    if (!(error instanceof Problem) || error.code !== 'stale') throw error
    const { record } = await api.get<RecordDetail>(recordPath('script', script.id))
    if (!over && Object.keys(changes).some((field) => (record[field] ?? null) !== (script[field] ?? null))) throw error
    return api.patch<RecordDetail>(recordPath('script', script.id), changes, record.version)
  }
}

export function useSaveScript() {
  const client = useQueryClient()
  return useMutation({
    mutationFn: ({ script, changes, over = false }: { script?: Script; changes: Partial<Script>; over?: boolean }) =>
      script ? save(script, changes, over) : api.post<RecordDetail>(recordPath('script'), changes),
    onSettled: () => client.invalidateQueries({ queryKey: keys.list('script') }),
  })
}

export function useRemoveScript() {
  const client = useQueryClient()
  return useMutation({
    mutationFn: ({ id, back }: { id: string; back?: boolean }) =>
      back ? api.post<unknown>(recordPath('script', id, ':restore')) : api.delete<unknown>(recordPath('script', id)),
    onSettled: () => client.invalidateQueries({ queryKey: keys.list('script') }),
  })
}
