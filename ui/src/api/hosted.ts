import { keepPreviousData, useMutation, useQuery } from '@tanstack/react-query'
import { api } from './client'
import { keys } from './keys'
import type { Title } from './types'

export interface FormField { field: string; label?: string; hint?: string; required?: boolean }
export interface FormCode { name: string; title: string; campaign?: string; channel?: string }
export interface FormSpec {
  channel: string
  enabled: boolean
  fields: FormField[]
  heading?: string
  intro?: string
  button?: string
  thanks?: string
  notice?: string
  tone?: string
  origins?: string[]
  min_seconds: number
  per_minute: number
  codes?: FormCode[]
}
export interface MaterialFile { id: string; name: string; size: number }
export interface MaterialSpec { enabled: boolean; intro?: string; file: MaterialFile; gate: 'none' | 'phone'; channel?: string; notice?: string; tone?: string; per_minute?: number }
export interface AskField { name: string; title: string; kind: string }

/** How a form would look, and which fields it may ask for; html is empty while the draft cannot be shown. */
export function useFormPreview(draft: { name: string; title: Title; spec: FormSpec }) {
  return useQuery({
    queryKey: [...keys.definitions, 'form-preview', draft],
    queryFn: ({ signal }) => api.post<{ html: string; fields: AskField[] }>('forms:preview', draft, signal),
    placeholderData: keepPreviousData,
    staleTime: Infinity,
    retry: false,
  })
}

export function useBoothLink(form: string) {
  return useMutation({ mutationFn: (code: string) => api.post<{ path: string; until: string }>(`forms/${encodeURIComponent(form)}/booth`, { code }) })
}

export function useUploadMaterial() {
  return useMutation({
    mutationFn: async (file: File) => {
      const form = new FormData()
      form.append('file', file)
      return (await api.upload<{ file: MaterialFile }>('materials/files', form)).file
    },
  })
}

export interface Material { name: string; title: string; file: string }

export function useMaterials() {
  return useQuery({ queryKey: [...keys.definitions, 'materials'], queryFn: async () => (await api.get<{ materials: Material[] }>('materials')).materials })
}

export function useMaterialLink() {
  return useMutation({
    mutationFn: ({ material, object, id }: { material: string; object: string; id: string }) =>
      api.post<{ path: string }>(`materials/${encodeURIComponent(material)}/links`, { object, id }),
  })
}

export function useChannelSecret(channel: string) {
  return useMutation({ mutationFn: () => api.post<{ secret: string }>(`channels/${encodeURIComponent(channel)}:secret`) })
}
