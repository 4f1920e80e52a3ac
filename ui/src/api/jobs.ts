import { keepPreviousData, useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { api } from './client'
import { keys } from './keys'
import type { ImportPreview, ImportUpload, Job } from './types'

export function useActiveJobs() {
  return useQuery({
    queryKey: [...keys.jobs, 'active'],
    queryFn: () => api.get<{ jobs: Job[] }>('jobs', { active: true }),
    refetchInterval: (query) => ((query.state.data?.jobs.length ?? 0) > 0 ? 2000 : 60_000),
  })
}

const ended = (job: Job | undefined): boolean => job?.state === 'done' || job?.state === 'failed'

export function useJob(id: string) {
  return useQuery({
    queryKey: keys.job(id),
    queryFn: async () => (await api.get<{ job: Job }>(`jobs/${encodeURIComponent(id)}`)).job,
    refetchInterval: (query) => (ended(query.state.data) ? false : 1000),
  })
}

/** The newest imports, trials left out, with what took them back. */
export function useRecentImports() {
  return useQuery({
    queryKey: [...keys.jobs, 'imports'],
    queryFn: () => api.get<{ jobs: Job[] }>('jobs', { kind: 'import' }),
    refetchInterval: (query) => (query.state.data?.jobs.some((j) => !ended(j) || (j.undo && j.undo.state !== 'done')) ? 2000 : false),
  })
}

/** Sends a file once; it is kept for a day while one looks at it. */
export function useUpload(object: string) {
  return useMutation({
    mutationFn: async (file: File) => {
      const form = new FormData()
      form.set('file', file)
      return (await api.upload<{ upload: ImportUpload }>(`objects/${object}/uploads`, form)).upload
    },
  })
}

export interface ImportLook {
  sheet?: string
  header_row?: number
  mapping?: Record<string, string>
  options?: { assign: boolean; countdown: boolean; happened_at: string | null }
}

/** How a kept file is understood; with a mapping, also its first rows as they would stand. */
export function useLook(object: string, id: string, look: ImportLook, enabled = true) {
  return useQuery({
    queryKey: ['import-look', object, id, look],
    queryFn: () => api.post<ImportPreview>(`objects/${object}/uploads/${encodeURIComponent(id)}:preview`, look),
    placeholderData: keepPreviousData,
    enabled,
    retry: false,
    staleTime: 60_000,
  })
}

/** The share of a large sheet that has been read, while useLook waits for it. */
export function useReading(object: string, id: string, waiting: boolean) {
  return useQuery({
    queryKey: ['import-reading', object, id],
    queryFn: async () => (await api.get<{ share: number }>(`objects/${object}/uploads/${encodeURIComponent(id)}/reading`)).share,
    enabled: waiting,
    refetchInterval: 700,
    gcTime: 0,
  })
}

export interface ImportAsk extends ImportLook {
  new_fields?: { column: string; type: string }[]
  trial?: boolean
}

export function useStartImport(object: string, id: string) {
  const client = useQueryClient()
  return useMutation({
    mutationFn: (ask: ImportAsk) => api.post<{ job: { id: string } }>(`objects/${object}/uploads/${encodeURIComponent(id)}:start`, ask),
    onSuccess: () => client.invalidateQueries({ queryKey: keys.jobs }),
  })
}

export function useUndoImport() {
  const client = useQueryClient()
  return useMutation({
    mutationFn: (id: string) => api.post<{ job: { id: string } }>(`jobs/${encodeURIComponent(id)}:undo`),
    onSuccess: () => client.invalidateQueries({ queryKey: keys.jobs }),
  })
}
