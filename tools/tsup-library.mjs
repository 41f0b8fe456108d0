// The build of a published package: ESM only, one chunk graph (so that two entry points share one
// module instance), types beside it, and the kernel inlined as text.

import { readFile } from 'node:fs/promises';
import { moduleOf } from './kernel-text.mjs';

/**
 * @param {string[]} entry the entry points below `src/`
 * @returns {import('tsup').Options}
 */
export function library(entry) {
  return {
    entry,
    format: ['esm'],
    target: 'es2022',
    platform: 'neutral',
    splitting: true,
    sourcemap: false,
    clean: true,
    dts: true,
    treeshake: false,
    esbuildPlugins: [kernels],
  };
}

/** What makes esbuild inline a kernel. */
export const kernels = {
  name: 'kernels',
  setup(build) {
    build.onLoad({ filter: /\.wasm$/ }, async ({ path }) => ({
      contents: moduleOf(await readFile(path)),
    }));
  },
};
