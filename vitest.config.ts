import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    maxWorkers: 2,
    projects: [
      {
        test: {
          name: 'hermetic',
          include: ['test/**/*.test.ts'],
          exclude: ['test/real/**'],
          // Nothing of ours remembers anything in a module: the files of a worker share what they import.
          isolate: false,
          // The model makes many small objects: with room for them a sixth of its time is saved.
          execArgv: ['--max-semi-space-size=64'],
          testTimeout: 180_000,
        },
      },
      {
        test: {
          name: 'real',
          include: ['test/real/**/*.test.ts'],
          testTimeout: 120_000,
          hookTimeout: 120_000,
          fileParallelism: false,
        },
      },
    ],
  },
})
