// Lets vitest import a kernel the way the built package does: as a Uint8Array.
import { readFile } from 'node:fs/promises';

/** @returns {import('vite').Plugin} */
export function wasm() {
  return {
    name: 'kernel-bytes',
    enforce: 'pre',
    async load(id) {
      const path = id.split('?')[0];
      if (!path.endsWith('.wasm')) return null;
      const base64 = (await readFile(path)).toString('base64');
      return `export default Uint8Array.from(atob("${base64}"), (c) => c.charCodeAt(0));`;
    },
  };
}
