// Lets vitest import a kernel the way the built package does: as text.
import { readFile } from 'node:fs/promises';
import { moduleOf } from './kernel-text.mjs';

/** @returns {import('vite').Plugin} */
export function wasm() {
  return {
    name: 'kernel-bytes',
    enforce: 'pre',
    async load(id) {
      const path = id.split('?')[0];
      return path.endsWith('.wasm') ? moduleOf(await readFile(path)) : null;
    },
  };
}
