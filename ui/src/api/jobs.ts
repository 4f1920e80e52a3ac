import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { api } from './client'
import { keys } from './keys'
import type { ImportPreview, Job } from './types'

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

export function usePreviewImport(object: string) {
  return useMutation({
    mutationFn: (file: File) => {
      const form = new FormData()
      form.set('file', file)
      return api.upload<ImportPreview>(`objects/${object}/import:preview`, form)
    },
  })
}

export interface ImportAsk {
  file: File
  mapping: Record<string, string>
  options: { assign: boolean; countdown: boolean; happened_at: string | null }
}

export function useStartImport(object: string) {
  const client = useQueryClient()
  return useMutation({
    mutationFn: ({ file, mapping, options }: ImportAsk) => {
      const form = new FormData()
      form.set('mapping', JSON.stringify(mapping))
      form.set('options', JSON.stringify(options))
      form.set('file', file)
      return api.upload<{ job: { id: string } }>(`objects/${object}/import`, form)
    },
    onSuccess: () => client.invalidateQueries({ queryKey: keys.jobs }),
  })
}
