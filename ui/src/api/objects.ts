import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { api } from './client'
import { keys } from './keys'
import type { Definition, DefinitionProblem, Title } from './types'

const of = (object: string): string => `objects/${encodeURIComponent(object)}`

export interface RemovedObject { name: string; title: Title; at: string; by: string; records: number; state: 'removed' | 'purging'; job?: string }
export interface RemovedField { id: string; name: string; title: Title; type: string; at: string; by: string; values: number; state: 'removed' | 'purging' | 'purged'; job?: string }

const removed = [...keys.definitions, 'removed'] as const

export function useRemovedObjects(enabled: boolean) {
  return useQuery({ queryKey: [...removed], enabled, queryFn: async () => (await api.get<{ objects: RemovedObject[] }>('objects:removed')).objects, refetchInterval: (q) => (q.state.data?.some((o) => o.state === 'purging') ? 2000 : false) })
}

export function useRemovedFields(object: string, enabled: boolean) {
  return useQuery({ queryKey: [...removed, object], enabled, queryFn: async () => (await api.get<{ fields: RemovedField[] }>(`${of(object)}/removed`)).fields, refetchInterval: (q) => (q.state.data?.some((f) => f.state === 'purging') ? 2000 : false) })
}

/** What changes definitions or what is kept of them. */
function useStructure<A, R>(mutationFn: (ask: A) => Promise<R>) {
  const client = useQueryClient()
  return useMutation({
    mutationFn,
    onSuccess: async () => {
      await Promise.all([keys.definitions, keys.meta, keys.revisions, keys.jobs].map((queryKey) => client.invalidateQueries({ queryKey })))
    },
  })
}

export const useRestoreObject = () => useStructure((object: string) => api.post(`${of(object)}:restore`))
export const usePurgeObject = () => useStructure((object: string) => api.post(`${of(object)}:purge`))
export const useRestoreField = (object: string) => useStructure((id: string) => api.post(`${of(object)}/fields/${encodeURIComponent(id)}:restore`))
export const usePurgeField = (object: string) => useStructure((id: string) => api.post(`${of(object)}/fields/${encodeURIComponent(id)}:purge`))
export const useCancelRetype = (object: string) => useStructure((field: string) => api.post(`${of(object)}/fields/${encodeURIComponent(field)}:retype-cancel`))

/** Takes an object out of the company's system as a revision of its own; its records are kept. */
export const useRemoveObject = () => useStructure(async ({ d, note }: { d: Definition; note: string }) => {
  const path = `definitions/object/${encodeURIComponent(d.name)}`
  await api.put(path, { title: d.title, spec: d.spec, removed: true })
  try {
    return await api.post('revisions', { note, only: [{ kind: 'object', name: d.name }] })
  } catch (problem) {
    await api.delete(`${path}/draft`).catch(() => undefined) // refused: it stays as it was
    throw problem
  }
})

export interface RetypeAsk { type: string; scale?: number; options?: { value: string }[]; open?: boolean; unread?: 'keep' | 'refuse' }
export interface RetypePreview { values: number; converts: number; unread: number; whole: boolean; examples: { id: string; value: string; reason: string; hint?: string }[]; problems: DefinitionProblem[]; holds_ms: number }

export function useRetypePreview(object: string, field: string, ask: RetypeAsk | null) {
  return useQuery({
    queryKey: ['retype-preview', object, field, ask], // not among the definitions: what begins the change asks for them anew
    enabled: ask !== null,
    queryFn: async () => (await api.post<{ preview: RetypePreview }>(`${of(object)}/fields/${encodeURIComponent(field)}:retype`, { ...ask, preview: true })).preview,
    retry: false,
    gcTime: 0,
  })
}

export const useRetype = (object: string, field: string) => useStructure((ask: RetypeAsk) => api.post<{ job: { id: string } }>(`${of(object)}/fields/${encodeURIComponent(field)}:retype`, ask))

export interface Plan { rows: number; holds_ms: number; indexes: { title: string; fields: string[]; unique: boolean; job: boolean; holds_ms: number }[] }

/** What publishing would do to the object's table. */
export function usePlan(object: string, given: { title: Title; spec: unknown } | null) {
  return useQuery({
    queryKey: [...keys.definitions, 'plan', object, given],
    enabled: given !== null,
    queryFn: () => api.post<Plan>(`${of(object)}:plan`, given),
    retry: false,
    placeholderData: (before) => before,
  })
}

/** A technical name for a title, from its pinyin. */
export const nameFor = async (title: string, word: 'object' | 'field'): Promise<string> => (await api.get<{ name: string }>('objects:name', { title, word })).name

export interface FormulaFunction { name: string; names: string[]; usage: string; help: string; group: string }
export interface FormulaWords { functions: FormulaFunction[]; results: string[]; rules: string }

export function useFormulaWords(object: string) {
  return useQuery({ queryKey: [...keys.definitions, 'formula-words', object], staleTime: Infinity, queryFn: () => api.get<FormulaWords>(`formulas/${encodeURIComponent(object)}`) })
}

export interface FormulaProblem { code: string; message: string; hint?: string; position?: { line: number; column: number; length: number } }
export interface FormulaChecked { problems: FormulaProblem[]; words: string; is: string; samples: { id: string; title: string; words: string; hint?: string }[] }

export function useFormulaCheck(object: string, given: { formula: string; result: string; scale: number; field: string; spec: unknown } | null) {
  return useQuery({
    queryKey: [...keys.definitions, 'formula', object, given],
    enabled: given !== null,
    queryFn: ({ signal }) => api.post<FormulaChecked>(`formulas/${encodeURIComponent(object)}`, given, signal),
    placeholderData: (before) => before,
    retry: false,
  })
}
