import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { api } from './client'
import { keys } from './keys'
import type { Id, Title } from './types'

/** Places found in a text, from and to in characters. */
export type Marks = [number, number][]

export interface SearchHit {
  id: Id
  title: string
  marks: Marks
  fields: { name: string; label: Title; text: string; marks: Marks }[]
  owner: string
  mine: boolean
  created_at: string
}

export interface SearchGroup { object: string; title: Title; hits: SearchHit[]; more: boolean }

/** Records of all objects by what somebody typed: words, pinyin, initials, digits of a phone. */
export function useSearch(q: string) {
  return useQuery({
    queryKey: keys.search(q),
    queryFn: ({ signal }) => api.get<{ groups: SearchGroup[]; filling: boolean }>('search', { q }, signal),
    enabled: q !== '',
    placeholderData: q === '' ? undefined : keepPreviousData,
    staleTime: 5_000,
    retry: false,
  })
}
