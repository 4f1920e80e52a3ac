import { spawn, type ChildProcess } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createServer, type AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import path from 'node:path'
import type { TestProject } from 'vitest/node'

declare module 'vitest' {
  export interface ProvidedContext {
    /** The shared servers, one for each worker. */
    servers: { baseURL: string; demoPassword: string }[]
  }
}

export const adminPassword = 'E2e-administrator-1'
const printedPassword = /(?:password|密码)["']?\s*[:：=]\s*["']?([^\s"',;，；。]+)/i
const folders = { prefix: 'baton-e2e-', data: 'data', clock: 'clock' }

/** A running program with the demo company, on data and a clock of its own. */
export interface Server {
  baseURL: string
  /** The password of all demo people. */
  demoPassword: string
  /** Puts the program's clock ahead by so many hours. It reads the file itself, some times a second. */
  ahead: (hours: number) => Promise<void>
  log: () => string
  stop: () => Promise<void>
}

/** Starts the real binary (BATON_BIN) with the demo company on a free port. */
export async function startServer(): Promise<Server> {
  const binary = process.env.BATON_BIN
  if (!binary) throw new Error('BATON_BIN names no binary; run `make e2e`, or build one and set it')
  const folder = await mkdtemp(path.join(tmpdir(), folders.prefix))
  const clockFile = path.join(folder, folders.clock)
  await writeFile(clockFile, '0s')
  const address = `127.0.0.1:${await freePort()}`

  const inherited = Object.entries(process.env).filter(([name]) => !name.startsWith('BATON_'))
  const server = spawn(binary, ['serve'], {
    env: {
      ...Object.fromEntries(inherited),
      BATON_ADDR: address,
      BATON_DATA: path.join(folder, folders.data),
      BATON_CLOCK: clockFile,
      BATON_DEMO: '1',
      BATON_ADMIN_PASSWORD: adminPassword,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let log = ''
  for (const stream of [server.stdout, server.stderr]) stream.on('data', (chunk: Buffer) => (log += chunk.toString()))
  const ended = new Promise<string>((resolve) => {
    server.on('error', (error) => resolve(error.message))
    server.on('exit', (code, signal) => resolve(`it ended by itself (${signal ?? code})`))
  })
  const kill = () => server.kill('SIGKILL')
  process.on('exit', kill)

  const baseURL = `http://${address}`
  // The program prints the demo people's password after it is ready; what it prints arrives when it arrives.
  const told = async (): Promise<string> => {
    const answer = await ready(baseURL)
    for (const deadline = Date.now() + 20_000; !answer && !printedPassword.test(log); await new Promise((resolve) => setTimeout(resolve, 20))) {
      if (Date.now() > deadline) return 'it is ready, but printed no password for the demo people'
    }
    return answer
  }
  const failure = await Promise.race([told(), ended])
  if (failure) {
    kill()
    throw new Error(`the server did not get ready: ${failure}\n${log}`)
  }
  return {
    baseURL,
    demoPassword: printedPassword.exec(log)?.[1] ?? '',
    ahead: (hours) => writeFile(clockFile, `${hours * 3600}s`),
    log: () => log,
    stop: async () => {
      process.off('exit', kill)
      await stop(server, ended)
      await rm(folder, { recursive: true, force: true })
    },
  }
}

/** The servers that the specs share, one for each worker: specs change its company, but never its clock. */
export default async function setup(project: TestProject) {
  const servers = await Promise.all(Array.from({ length: project.vitest.config.maxWorkers }, startServer))
  project.provide('servers', servers.map(({ baseURL, demoPassword }) => ({ baseURL, demoPassword })))
  return async () => {
    const failed = project.vitest.state.getCountOfFailedTests() > 0
    await Promise.all(servers.map((server) => server.stop()))
    if (failed) for (const server of servers) console.log(`log of the server ${server.baseURL}:\n${server.log()}`)
  }
}

/** Resolves with '' once /readyz answers 200, or with what it said last after two minutes. */
async function ready(baseURL: string): Promise<string> {
  const deadline = Date.now() + 120_000
  let last = 'no answer yet'
  while (Date.now() < deadline) {
    try {
      const response = await fetch(`${baseURL}/readyz`)
      if (response.ok) return ''
      last = `/readyz: ${response.status} ${await response.text()}`
    } catch (error) {
      last = String(error)
    }
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
  return last
}

async function stop(server: ChildProcess, ended: Promise<string>) {
  server.kill('SIGTERM')
  const late = setTimeout(() => server.kill('SIGKILL'), 20_000)
  await ended
  clearTimeout(late)
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer()
    probe.on('error', reject)
    probe.listen(0, '127.0.0.1', () => {
      const { port } = probe.address() as AddressInfo
      probe.close(() => resolve(port))
    })
  })
}
