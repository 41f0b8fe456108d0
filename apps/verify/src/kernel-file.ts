// A kernel given on the command line: a gated .wasm file (tools/kernel.mjs --mutant N --out FILE
// makes one) or a package folder. Which structure it belongs to is told by what it exports.

import { existsSync, readFileSync } from 'node:fs';
import { isAbsolute, resolve } from 'node:path';
import { toys } from '../structures/index.ts';
import { instrument } from './instrument.ts';
import { kernelsOf } from './job.ts';
import { load, names } from './registry.ts';

function exportsOf(module: WebAssembly.Module): string[] {
  return WebAssembly.Module.exports(module)
    .filter((e) => e.kind === 'function' && !e.name.startsWith('asyncify_'))
    .map((e) => e.name)
    .sort();
}

/** The structure to check and the kernel of it that `file` replaces. */
export async function replacementFor(
  file: string,
  structureName?: string,
): Promise<{ structure: string; replace: Record<string, string> }> {
  const path = isAbsolute(file) ? file : resolve(process.env.INIT_CWD ?? process.cwd(), file);
  if (!existsSync(path)) throw new Error(`there is no ${path}`);
  const candidates =
    structureName === undefined ? [...names(), ...Object.keys(toys)] : [structureName];
  let best: { structure: string; kernel: string; missing: number } | undefined;
  for (const name of candidates) {
    const structure = await load(name);
    for (const kernel of await kernelsOf(structure)) {
      const missing = path.endsWith('.wasm')
        ? difference(path, exportsOf(kernel.module))
        : Number(!resolve(path).endsWith(structure.kernels[kernel.name]!));
      const last = Object.keys(structure.kernels).at(-1) === kernel.name;
      // A structure's own kernel is its last one: the arena's kernel is checked by the arena.
      if (missing < (best?.missing ?? Number.POSITIVE_INFINITY) && (last || missing === 0)) {
        best = { structure: name, kernel: kernel.name, missing };
      }
    }
    if (best?.missing === 0) break;
  }
  if (best === undefined) throw new Error('no structure has such a kernel');
  return { structure: best.structure, replace: { [best.kernel]: path } };
}

/** How many functions only one of the two has. */
function difference(path: string, expected: string[]): number {
  const found = exportsOf(
    new WebAssembly.Module(instrument(readFileSync(path), 0).bytes as BufferSource),
  );
  const both = found.filter((name) => expected.includes(name)).length;
  return found.length + expected.length - 2 * both;
}
