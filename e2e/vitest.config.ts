import { defineConfig } from 'vitest/config'

// Two files run at a time, each worker with a server of its own (harness/server.ts): files on one worker share its demo company.
const workers = 2

export default defineConfig({
  test: {
    include: ['specs/**/*.spec.ts'],
    globalSetup: ['harness/server.ts'],
    maxWorkers: workers,
    testTimeout: 90_000,
    hookTimeout: 60_000,
    expect: { poll: { timeout: 15_000 } },
  },
})
