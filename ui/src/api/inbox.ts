import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { api } from './client'
import { keys } from './keys'
import type { InboxPage } from './types'

export function useInbox() {
  return useQuery({ queryKey: keys.inbox, queryFn: () => api.get<InboxPage>('inbox'), refetchInterval: 120_000 })
}

/** Marks one message read, or all of them when no id is given. */
export function useMarkRead() {
  const client = useQueryClient()
  return useMutation({
    mutationFn: (id?: string) => api.post(id ? `inbox/${encodeURIComponent(id)}:read` : 'inbox:read-all'),
    onMutate: (id) => {
      const now = new Date().toISOString()
      client.setQueryData<InboxPage>(keys.inbox, (old) =>
        old && {
          ...old,
          unread: id ? Math.max(0, old.unread - (old.items.some((i) => i.id === id && !i.read_at) ? 1 : 0)) : 0,
          items: old.items.map((i) => (!id || i.id === id ? { ...i, read_at: i.read_at ?? now } : i)),
        },
      )
    },
    onSettled: () => client.invalidateQueries({ queryKey: keys.inbox }),
  })
}
