import { defineConfig } from 'vitest/config';
import { wasm } from '../../tools/vite-wasm.mjs';

export default defineConfig({
  plugins: [wasm()],
  test: {
    include: ['test/**/*.test.ts'],
    passWithNoTests: true,
    testTimeout: 30_000,
    maxConcurrency: 2,
    // What processes load is compiled once; measured ones do without.
    env: { NODE_COMPILE_CACHE: `${import.meta.dirname}/node_modules/.cache/compile` },
    pool: 'forks',
    reporters: ['default', ['json', { outputFile: 'build/test-report.json' }]],
  },
});
