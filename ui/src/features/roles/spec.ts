import type { Condition } from '../../api/condition'

export type Verb = 'read' | 'update' | 'delete'
export type Manner = 'show' | 'mask' | 'hide'

/** What a role may do with the records of one object, as the server keeps it. */
export interface RoleRule {
  read?: string
  update?: string
  delete?: string
  create?: boolean
  export?: boolean
  claim?: boolean
  assign?: boolean
  read_where?: Condition
  update_where?: Condition
  delete_where?: Condition
  hide?: string[]
  mask?: string[]
  show?: string[]
  read_only?: string[]
  classes?: Record<string, Manner>
}

export interface RoleSpec { rights?: string[]; objects?: Record<string, RoleRule>; configure?: string[]; classes?: Record<string, Manner> }

export const verbs: Verb[] = ['read', 'update', 'delete']
export const acts = ['create', 'export', 'claim', 'assign'] as const
export const words = ['own', 'team', 'below', 'region', 'pool', 'all'] as const
export const sensitivities = ['plain', 'personal', 'secret'] as const
export const manners: Manner[] = ['show', 'mask', 'hide']

export const scopeOf = (rule: RoleRule, verb: Verb): string[] => (rule[verb] ?? '').split('+').filter((w) => w && w !== 'none')

/** A rule with other scope words for a verb; none at all is said as "none" of reading, and left out of the rest. */
export function withScope(rule: RoleRule, verb: Verb, chosen: string[]): RoleRule {
  const kept = chosen.includes('all') ? ['all'] : words.filter((w) => chosen.includes(w))
  return { ...rule, [verb]: kept.length > 0 ? kept.join('+') : verb === 'read' ? 'none' : undefined }
}

const lists = ['show', 'mask', 'hide'] as const

/** How a field is named in a rule; null where its class decides. */
export const mannerOf = (rule: RoleRule, field: string): Manner | null => (['hide', 'mask', 'show'] as const).find((l) => rule[l]?.includes(field)) ?? null

export function withManner(rule: RoleRule, field: string, manner: Manner | null): RoleRule {
  const next: RoleRule = { ...rule }
  for (const list of lists) {
    const names = (rule[list] ?? []).filter((n) => n !== field)
    if (list === manner) names.push(field)
    next[list] = names.length > 0 ? names : undefined
  }
  return next
}

export function withReadOnly(rule: RoleRule, field: string, on: boolean): RoleRule {
  const names = (rule.read_only ?? []).filter((n) => n !== field)
  if (on) names.push(field)
  return { ...rule, read_only: names.length > 0 ? names : undefined }
}

/** Classes with one changed; empty is undefined. */
export function withClass(classes: Record<string, Manner> | undefined, of: string, manner: Manner | null): Record<string, Manner> | undefined {
  const next = { ...classes }
  if (manner) next[of] = manner
  else delete next[of]
  return Object.keys(next).length > 0 ? next : undefined
}
