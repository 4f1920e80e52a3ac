import type { Job } from './types'
import { addressed, viewing } from './viewing'

export interface ProblemItem { pointer?: string; code?: string; message: string; hint?: string; kind?: string; name?: string; yours?: unknown; theirs?: unknown }

/** A refused request: an RFC 9457 problem, or a broken connection (status 0). */
export class Problem extends Error {
  readonly status: number
  readonly code: string
  readonly title: string
  readonly detail: string
  readonly requestId?: string
  readonly errors: ProblemItem[]
  /** Seconds to wait, when the server says so. */
  readonly retryAfter?: number

  constructor(status: number, body: Record<string, unknown>, retryAfter?: number) {
    const title = String(body.title ?? '')
    const detail = String(body.detail ?? '')
    super(detail || title || String(status))
    this.status = status
    this.code = String(body.code ?? '')
    this.title = title
    this.detail = detail
    this.requestId = body.request_id as string | undefined
    this.errors = (body.errors as ProblemItem[] | undefined) ?? []
    this.retryAfter = retryAfter
  }
}

export type Query = Record<string, string | number | boolean | undefined | null>

function withQuery(path: string, query?: Query): string {
  const params = new URLSearchParams()
  for (const [key, value] of Object.entries(query ?? {})) {
    if (value !== undefined && value !== null && value !== '') params.set(key, String(value))
  }
  const text = params.toString()
  return `/api/v1/${path}${text ? `?${text}` : ''}`
}

/** The only place that calls fetch: cookies, CSRF token, problems. */
export class Client {
  private csrf = ''
  /** Called once per answer that says the session has ended. */
  onSignedOut: () => void = () => {}

  setToken(token: string): void {
    this.csrf = token
  }

  get<T>(path: string, query?: Query, signal?: AbortSignal): Promise<T> {
    return this.send<T>('GET', withQuery(path, query), { signal })
  }

  /** Asks as whoever is signed in, also while the pages are seen as another. */
  getSelf<T>(path: string, query?: Query, signal?: AbortSignal): Promise<T> {
    return this.send<T>('GET', withQuery(path, query), { signal, self: true })
  }

  post<T>(path: string, body: unknown = {}, signal?: AbortSignal, headers?: Record<string, string>): Promise<T> {
    return this.send<T>('POST', withQuery(path), { body, signal, headers })
  }

  put<T>(path: string, body: unknown): Promise<T> {
    return this.send<T>('PUT', withQuery(path), { body })
  }

  patch<T>(path: string, body: unknown, version: number): Promise<T> {
    return this.send<T>('PATCH', withQuery(path), { body, headers: { 'If-Match': `"${version}"` } })
  }

  delete<T = void>(path: string): Promise<T> {
    return this.send<T>('DELETE', withQuery(path), {})
  }

  upload<T>(path: string, form: FormData): Promise<T> {
    return this.send<T>('POST', withQuery(path), { form })
  }

  private async send<T>(
    method: string,
    url: string,
    given: { body?: unknown; form?: FormData; headers?: Record<string, string>; signal?: AbortSignal; self?: boolean },
  ): Promise<T> {
    const headers: Record<string, string> = { Accept: 'application/json', ...given.headers }
    const as = given.self ? null : viewing.current()
    if (as) headers['X-View-As'] = as.person
    if (method !== 'GET' && this.csrf) headers['X-CSRF-Token'] = this.csrf
    if (given.body !== undefined) headers['Content-Type'] = 'application/json'
    let response: Response
    try {
      response = await fetch(url, {
        method,
        headers,
        signal: given.signal,
        credentials: 'same-origin',
        body: given.form ?? (given.body === undefined ? undefined : JSON.stringify(given.body)),
      })
    } catch (cause) {
      if (cause instanceof DOMException && cause.name === 'AbortError') throw cause
      throw new Problem(0, { code: 'offline' })
    }
    if (response.status === 204) return undefined as T
    const text = await response.text()
    let parsed: unknown
    try {
      parsed = text ? JSON.parse(text) : {}
    } catch {
      throw new Problem(response.status, { code: 'not_json' })
    }
    if (response.ok) return parsed as T
    const retry = Number(response.headers.get('Retry-After'))
    const problem = new Problem(response.status, parsed as Record<string, unknown>, Number.isFinite(retry) && retry > 0 ? retry : undefined)
    if (problem.status === 401 && problem.code !== 'bad_credentials') {
      viewing.end()
      this.onSignedOut()
    }
    throw problem
  }
}

export const api = new Client()

export function recordPath(object: string, id?: string, action = ''): string {
  const base = `objects/${encodeURIComponent(object)}/records`
  return id === undefined ? base : `${base}/${encodeURIComponent(id)}${action}`
}

/** Address of a job's rejected rows as a file to save. */
export function rejectedRowsURL(job: Pick<Job, 'id'>, as: 'csv' | 'xlsx' = 'csv'): string {
  return addressed(`/api/v1/jobs/${encodeURIComponent(job.id)}/rejected.${as}`)
}
