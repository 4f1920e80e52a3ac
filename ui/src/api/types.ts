/** Shapes of the HTTP API as the page uses them. Times are RFC 3339 UTC; money is a number in yuan. */

import type { PageCondition } from '../parts/holds'

export type Id = string
export type Title = { 'zh-CN': string; en?: string }

export interface User {
  id: Id
  name: string
  username: string
  roles: string[]
  role_titles?: Title[]
  unit?: Id
  unit_name?: string
}

export interface Session {
  csrf_token: string
  user: User
  rights: string[]
  /** Kinds of definitions this person may change; "*" is all. */
  configure?: string[]
  /** Who looks at the system as this person; null while one looks as oneself. */
  viewer?: { id: Id; name: string } | null
  workspace: { name: string; zone: string; now: string; demo: boolean }
}

export interface DemoPeople {
  people: { username: string; name: string; title: string }[]
  password: string
}

export type FieldTypeName =
  | 'text' | 'long_text' | 'integer' | 'decimal' | 'money' | 'percent' | 'boolean' | 'date' | 'datetime'
  | 'duration' | 'choice' | 'multi_choice' | 'phone' | 'email' | 'url' | 'region' | 'person' | 'org_unit'
  | 'relation' | 'auto_number' | 'json' | 'rich_text' | 'file' | 'image' | 'formula' | 'rollup'

/** A file as a record has it. */
export interface FileRef { id: string; name: string; size: number; mime: string }

export interface Option { value: string; title?: Title | string; color?: string }

export interface Field {
  name: string
  title: Title
  type: FieldTypeName
  options?: Option[]
  target?: string
  /** What the records with this relation are called on the page of the record it points to. */
  other_title?: Title
  readonly?: boolean
  required?: boolean
  /** How sensitive it is: plain, personal or secret. */
  class?: string
  /** A choice that also takes values off its list. */
  open?: boolean
  system?: boolean
  help?: Title | string
  /** What a new record has where nothing is given. */
  default?: unknown
  tag_dimension?: string
  track?: boolean
  group?: string
  /** Follows from other fields or records; nobody writes it. */
  computed?: boolean
  /** What computes it, where the type is that of its result. */
  kind?: 'formula' | 'rollup'
  /** Shown in part: nobody who sees it so may write it. */
  masked?: boolean
  /** Of file and image fields: their bounds, and the object that uploads are for. */
  files?: { object: string; most: number; max_mb: number; accept?: string[] }
  /** Conditions on the record in hand, as the page evaluates them. */
  visible_when?: PageCondition
  required_when?: PageCondition
}

export interface ObjectMeta {
  name: string
  title: Title
  icon?: string
  title_field: string
  hide_from_menu?: boolean
  /** Records without an owner wait in a pool. */
  pool?: boolean
  rights: { create: boolean; update: boolean; delete: boolean; export: boolean; assign?: boolean }
  fields: Field[]
}

export interface TagDimension { name: string; title: Title; object: string; field: string; values: Option[] }
export interface Unit { id: Id; name: string; parent?: Id | null; kind?: string }
export interface Person { id: Id; name: string; unit?: Id; unit_name?: string; roles?: string[]; active: boolean }

export interface MeasureMeta {
  name: string
  entity?: string
  title: Title
  type?: 'count' | 'sum' | 'ratio' | string
  unit?: string
  time?: string
  dims?: string[]
  kept?: { dims?: string[] }
}

export interface StageMeta { value: string; probability: number; required?: string[]; outcome?: 'won' | 'lost' }
export interface PipelineMeta { name: string; object: string; field: string; stages: StageMeta[] }

/** What a company forbids of records, what it offers instead, and who may pass it. */
export interface ValidationMeta {
  name: string
  title: Title
  object: string
  offer?: Record<string, unknown>
  confirm?: string
  pass?: { right: string; reason: string }
}

export interface Meta {
  revision: number
  /** All rights there are, by name. */
  rights?: string[]
  objects: ObjectMeta[]
  tag_dimensions: TagDimension[]
  funnels: { name: string; title: Title; object: string; field?: string }[]
  measures: MeasureMeta[]
  pipelines: PipelineMeta[]
  conversions: { name: string; object: string; makes: { link: string }[] }[]
  validations: ValidationMeta[]
  units: Unit[]
  people: Person[]
}

export interface Hint { raw?: string; message: string }

export interface Timer {
  id: Id
  kind: 'first_open' | 'follow_up' | 'assign_deadline' | 'nudge'
  state: 'running' | 'stopped' | 'fired'
  person?: Id
  started_at: string
  due_at: string
  stopped_at?: string | null
  fired_at?: string | null
  rule?: { name: string; title: Title | string }
  working_time?: boolean
  /** Said where the calendar does not know the year yet. */
  warning?: string
}

export interface RecordData {
  id: Id
  version: number
  tags?: Record<string, string | null>
  hints?: Record<string, Hint>
  timers?: Timer[]
  [field: string]: unknown
}

export type Refs = Record<string, Record<Id, string>>

export interface RecordPage {
  records: RecordData[]
  refs?: Refs
  next_cursor?: string | null
  count?: number
  count_capped?: boolean
}

export interface RecordRights {
  update?: boolean
  delete?: boolean
  claim?: boolean
  open?: boolean
  contacted?: boolean
  note?: boolean
  transfer?: boolean
  return?: boolean
  protect?: boolean
  unprotect?: boolean
  convert?: boolean
  unconvert?: boolean
}

export interface RecordDetail { record: RecordData; refs?: Refs; rights?: RecordRights; timers?: Timer[] }

export interface Change {
  field: string
  title?: Title | string
  from?: unknown
  to?: unknown
  from_text?: string | null
  to_text?: string | null
}

export interface LedgerEvent {
  seq: number
  at: string
  written_at?: string
  actor: { kind: 'person' | 'system' | 'key' | 'channel'; id?: Id; name?: string }
  ip?: string
  origin?: string
  op: string
  object?: string
  record_id?: Id
  changes?: Change[]
  note?: string
  data?: Record<string, unknown> | null
  request_id?: string
}

export interface EventPage { events: LedgerEvent[]; refs?: Refs; next_cursor?: string | null }

export interface TraceNode {
  kind: 'all' | 'any' | 'none' | 'some' | 'leaf'
  passed: boolean
  text?: string
  seen?: string
  children?: TraceNode[]
}

export interface CandidateCheck { label: string; text?: string; seen?: string; passed: boolean }
export interface Candidate {
  person: { id: Id; name: string }
  passed: boolean
  chosen?: boolean
  note?: string
  checks: CandidateCheck[]
}

export interface BranchTrace {
  name: string
  title?: Title | string
  matched: boolean
  chosen?: boolean
  fallback?: boolean
  strategy?: string
  strategy_text?: string
  conditions?: TraceNode | null
  warning?: string
  considered?: number
  excluded?: { filter: string; text: string; count: number }[]
  candidates?: Candidate[]
}

export interface OwnerExplain {
  decision: 'assigned' | 'pool' | 'kept' | 'manual' | 'none'
  person?: { id: Id; name: string } | null
  text?: string
  at?: string
  revision?: number
  policy?: { name: string; title?: Title | string }
  reason?: string
  branches?: BranchTrace[]
}

export interface TagExplain {
  value: string | null
  text?: string
  rule?: string
  at?: string
  revision?: number
  conditions?: TraceNode | null
  seen?: string
}

export interface Explain { owner?: OwnerExplain | null; tags?: Record<string, TagExplain>; countdowns?: Timer[] }

export interface ImportColumn {
  index: number
  name: string
  field: string | null
  confidence: number
  how: 'name' | 'alias' | 'content' | 'none'
  samples?: string[]
  guess?: string
  choices?: string[]
}

export interface ImportRecord {
  line: number
  result: 'created' | 'merged' | 'rejected'
  values: Record<string, string>
  hints?: Record<string, string>
  owner: string
  tags: string[]
  errors: RejectedRow[]
}

export interface ImportUpload { id: Id; name: string; size: number; format: 'csv' | 'xlsx'; sheets: { name: string; hidden?: boolean }[] }

export interface ImportPreview {
  format: 'csv' | 'xlsx'
  encoding: string
  delimiter: string
  sheets: { name: string; hidden?: boolean }[]
  sheet: string
  header_row: number
  head_rows: { line: number; cells: string[] }[]
  formulas: number
  unsolved: number
  columns: ImportColumn[]
  rows: string[][]
  row_estimate: number
  fields: Pick<Field, 'name' | 'title' | 'type'>[]
  may_add_fields: boolean
  records: ImportRecord[]
}

export interface RejectedRow { line: number; column?: string; value?: string; code?: string; message: string; hint?: string }

export interface Job {
  id: Id
  kind: string
  title?: Title | string
  state: 'queued' | 'running' | 'done' | 'failed'
  progress: number
  done?: number
  error?: string
  rate?: number | null
  eta_seconds?: number | null
  cancelled?: boolean
  total?: number
  ended_at?: string | null
  result?: { rows: number; created: number; merged: number; rejected: number; deleted?: number; restored?: number; kept?: number; changed?: number; unchanged?: number; refused?: number; object?: string; name?: string; bytes?: number; expires?: string } | null
  errors?: RejectedRow[] | null
  created_at?: string
  by?: string | { id: Id; name: string } | null
  about?: Id
  undo?: { id: Id; state: Job['state'] }
}

export interface Definition<S = unknown> {
  kind: string
  name: string
  title: Title
  spec: S
  aliases?: string[]
  version?: number
  revision?: number
  has_draft?: boolean
  sentence?: string
}

export interface Draft<S = unknown> { aliases?: string[]; title: Title; spec: S; by?: string | { name: string }; at?: string; base?: number }
export interface DefinitionDetail { definition: Definition | null; draft: Draft | null; sentence?: string }
export interface DefinitionProblem { kind?: string; name?: string; pointer: string; code: string; message: string; hint?: string }
export interface DraftSaved { draft: Draft; problems?: DefinitionProblem[]; sentence?: string }

export interface Revision {
  n: number
  at: string
  by?: string | { id?: Id; name: string }
  note?: string
  changes?: { kind: string; name: string; op: string }[]
}

export interface Key { id: Id; kind: 'channel' | 'api'; name: string; scopes?: string[]; created_at: string }

export interface FunnelStage {
  stage: string
  title: Title | string
  count: number
  rate_prev?: number | null
  rate_first?: number | null
  mean_days?: number | null
  completed?: number | null
}

export interface FunnelGroup { key: string; name: string; stages: FunnelStage[] }
export type FunnelMode = 'cohort' | 'period'
export type FunnelBy = 'region' | 'team' | 'owner' | 'source'

export interface FunnelResult {
  funnel: string
  title: Title | string
  mode: FunnelMode
  period: { from: string; to: string; text?: string }
  stages: FunnelStage[]
  groups?: FunnelGroup[]
  understood?: string
}

export interface FunnelRequest {
  mode: FunnelMode
  period: { last: number; unit: string } | { from: string; to: string }
  by?: FunnelBy
  where?: unknown
}

export interface FunnelRecords extends RecordPage { stays?: Record<Id, { entered_at: string; left_at?: string | null; days?: number | null }> }

export interface InboxItem {
  id: Id
  kind: string
  level?: 'red' | 'amber' | 'blue'
  title: string
  body?: string
  object?: string
  record_id?: Id
  at: string
  read_at?: string | null
}

export interface InboxPage { items: InboxItem[]; unread: number; next_cursor?: string | null }
export interface TrailState { last_seq: number; sealed_seq: number; seals: number; last_seal_at?: string | null; head?: string }
