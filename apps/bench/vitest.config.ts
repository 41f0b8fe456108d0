import { defineConfig } from 'vitest/config';
import { wasm } from '../../tools/vite-wasm.mjs';

export default defineConfig({
  plugins: [wasm()],
  test: {
    include: ['test/**/*.test.ts'],
    passWithNoTests: true,
    testTimeout: 30_000,
    maxConcurrency: 2,
    pool: 'forks',
    reporters: ['default', ['json', { outputFile: 'build/test-report.json' }]],
  },
});
