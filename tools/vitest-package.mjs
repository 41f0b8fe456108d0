// How vitest runs the tests of a package.

import { resolve } from 'node:path';
import { wasm } from './vite-wasm.mjs';

/** tools/run.mjs has all that it starts use the same. */
const COMPILE_CACHE = resolve(import.meta.dirname, '../build/compile');

/**
 * @param {{ isolate?: boolean }} options `isolate: false`: test files share what they import. To
 * load a structure costs more than most files' tests. A file that changes a module loads a copy of
 * its own (packages/skiplist/test/limits.test.ts).
 * @returns {import('vitest/config').ViteUserConfig}
 */
export function unitTests({ isolate = true } = {}) {
  return {
    plugins: [wasm()],
    test: {
      include: ['test/**/*.test.ts'],
      // Against tests that hang; one that computes takes long where much else runs.
      testTimeout: 120_000,
      pool: 'forks',
      // A file on each core, as many wait for their workers.
      maxWorkers: '100%',
      isolate,
      // What processes and threads load is compiled, and stripped of its types, once.
      env: { NODE_COMPILE_CACHE: COMPILE_CACHE },
    },
  };
}
