import { useCheck, type Edited } from '../../api/config'
import type { DefinitionProblem } from '../../api/types'
import { useSettled } from '../../parts/useSettled'

export type CheckState = 'idle' | 'checking' | 'failed' | 'done'

/** What the server's check says of what is edited; null asks for nothing. Done is only said of just what stands on the screen. */
export function useChecked(edited: Edited[] | null): { state: CheckState; problems: DefinitionProblem[]; sentences: Record<string, string>; error: unknown; retry: () => void } {
  const settled = useSettled(edited)
  const check = useCheck(settled)
  const behind = JSON.stringify(settled) !== JSON.stringify(edited)
  const state = edited === null ? 'idle' : behind || check.isPending || check.isPlaceholderData ? 'checking' : check.isError ? 'failed' : 'done'
  return {
    state,
    problems: edited === null ? [] : (check.data?.problems ?? []),
    sentences: edited === null ? {} : (check.data?.sentences ?? {}),
    error: check.error,
    retry: () => void check.refetch(),
  }
}
