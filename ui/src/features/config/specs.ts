import type { Condition } from '../../api/condition'
import type { Title } from '../../api/types'

/** Specs of the definitions that have a form here; unknown members are kept as they came. */
export interface TagValue { value: string; color?: string; title?: Title | string }
export interface TagEdge { value: string; lt?: number; lte?: number; gt?: number; gte?: number }
export interface TagSpec {
  object: string
  field: string
  values: TagValue[]
  rules?: { value: string; when: Condition }[] | null
  bands?: { field: string; edges: TagEdge[]; unknown?: string | null } | null
  otherwise?: string | null
  copy?: string | null
}

export interface Branch {
  name: string
  title: Title | string
  daily_cap?: number
  when?: Condition | Record<string, never>
  fallback?: boolean
  candidates?: { region?: boolean; product_line?: boolean; leave?: boolean; hours?: boolean; min_rank?: string | null; where?: Condition | null }
  strategy: string
  /** False takes the branch out of the policy's keep_owner. */
  keep_owner?: boolean
}
export interface PolicySpec {
  object: string
  enabled?: boolean
  when?: Condition | null
  deadline_minutes?: number | null
  /** A relation of the object: whoever owns what it points to comes first. */
  keep_owner?: string
  branches: Branch[]
  otherwise?: string
}

export interface FollowUpSpec {
  object: string
  enabled: boolean
  when?: Condition | null
  first_open_hours?: number | null
  contact_hours?: number | null
  working_time?: boolean
  calendar?: string
  quick_notes?: string[]
  nudge?: { hours: number; quiet_minutes: number; text?: string; acts?: Record<string, string> } | null
  on_breach?: { notify_owner?: boolean; copy_supervisor?: boolean; escalate_after_hours?: number | null; return_to_pool_after_hours?: number | null }
}

export interface PoolSpec {
  object: string
  enabled: boolean
  when?: Condition | null
  max_open?: number | null
  max_claims_per_day?: number | null
  recycle_after_days?: number | null
  unassigned_hours?: number | null
  protect_max_days?: number | null
}

export interface DuplicateSpec {
  object: string
  enabled: boolean
  contact?: string
  region?: string
  similar_from: number
  suggest_from: number
  sure_from: number
  weights: Record<string, number>
}

export interface ChannelSpec { object: string; shape?: string; source?: string; enabled: boolean; assign: boolean; countdown: boolean; defaults?: Record<string, unknown> }

export interface FormProps<S> { spec: S; onChange: (spec: S) => void; disabled: boolean; name: string }

/** A list with one place moved up or down; out of range changes nothing. */
export function moved<T>(list: T[], from: number, step: 1 | -1): T[] {
  const to = from + step
  if (to < 0 || to >= list.length) return list
  const next = [...list]
  const [item] = next.splice(from, 1)
  next.splice(to, 0, item as T)
  return next
}
