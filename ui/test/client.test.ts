import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { Client, Problem } from '../src/api/client'

const fetched = vi.fn<typeof fetch>()
const answer = (status: number, body: unknown, headers: Record<string, string> = {}): Response =>
  new Response(status === 204 ? null : JSON.stringify(body), { status, headers })

beforeEach(() => vi.stubGlobal('fetch', fetched))
afterEach(() => {
  fetched.mockReset()
  vi.unstubAllGlobals()
})

function sent(): { url: string; headers: Record<string, string>; init: RequestInit } {
  const [url, init] = fetched.mock.lastCall ?? []
  return { url: String(url), headers: (init?.headers ?? {}) as Record<string, string>, init: init ?? {} }
}

describe('the client', () => {
  it('carries the CSRF token on writes only', async () => {
    const client = new Client()
    client.setToken('t1')
    fetched.mockImplementation(async () => answer(200, {}))
    await client.get('meta')
    expect(sent().headers['X-CSRF-Token']).toBeUndefined()
    await client.post('inbox:read-all')
    expect(sent().headers['X-CSRF-Token']).toBe('t1')
  })

  it('sends the version it read and drops empty query parts', async () => {
    const client = new Client()
    fetched.mockImplementation(async () => answer(200, {}))
    await client.patch('objects/lead/records/1', { note: 'x' }, 7)
    expect(sent().headers['If-Match']).toBe('"7"')
    await client.get('objects/lead/records', { q: '', sort: '-created_at', cursor: undefined, limit: 50 })
    expect(sent().url).toBe('/api/v1/objects/lead/records?sort=-created_at&limit=50')
  })

  it('turns a refusal into a problem with its places', async () => {
    fetched.mockImplementation(async () => answer(422, { code: 'invalid', title: 'no', detail: 'way is missing', request_id: 'r1', errors: [{ pointer: '/way', message: 'm', hint: 'h' }] }))
    const refused = await new Client().post('x').catch((e: unknown) => e)
    expect(refused).toBeInstanceOf(Problem)
    expect(refused).toMatchObject({ status: 422, code: 'invalid', message: 'way is missing', requestId: 'r1', errors: [{ pointer: '/way' }] })
  })

  it('tells when to come back, a lost connection and a page that is not JSON', async () => {
    fetched.mockImplementationOnce(async () => answer(429, { code: 'too_many_attempts' }, { 'Retry-After': '30' }))
    await expect(new Client().post('session')).rejects.toMatchObject({ retryAfter: 30 })
    fetched.mockImplementationOnce(async () => { throw new TypeError('down') })
    await expect(new Client().get('meta')).rejects.toMatchObject({ status: 0, code: 'offline' })
    fetched.mockImplementationOnce(async () => new Response('<html>', { status: 502 }))
    await expect(new Client().get('meta')).rejects.toMatchObject({ status: 502, code: 'not_json' })
  })

  it('reports the end of the session, but not a wrong password', async () => {
    const client = new Client()
    client.onSignedOut = vi.fn()
    fetched.mockImplementationOnce(async () => answer(401, { code: 'bad_credentials' }))
    await client.post('session').catch(() => undefined)
    expect(client.onSignedOut).not.toHaveBeenCalled()
    fetched.mockImplementationOnce(async () => answer(401, { code: 'not_signed_in' }))
    await client.get('meta').catch(() => undefined)
    expect(client.onSignedOut).toHaveBeenCalledOnce()
  })
})
