// A kernel given on the command line: a gated .wasm file (tools/kernel.mjs --mutant N --out FILE
// makes one) or a package folder. A file's place is told by what it exports, and it is checked in
// the structures that have that kernel; a folder's by its package's name, and it is linked into
// every kernel that has sources of that package.

import { existsSync, readFileSync } from 'node:fs';
import { isAbsolute, join, resolve } from 'node:path';
import { toys } from '../structures/index.ts';
import { instrument } from './instrument.ts';
import { kernelsOf } from './job.ts';
import { type Replace, sourcesOf } from './kernels.ts';
import { load, names } from './registry.ts';
import type { Structure } from './structure.ts';

function exportsOf(module: WebAssembly.Module): string[] {
  return WebAssembly.Module.exports(module)
    .filter((e) => e.kind === 'function' && !e.name.startsWith('asyncify_'))
    .map((e) => e.name)
    .sort();
}

/** A kernel in the place of one of ours, and the structures to check with it. */
interface Replacement {
  structures: string[];
  replace: Replace;
}

/** What `file` replaces, and in which structures; `only`: in this one. */
export async function replacementFor(file: string, only?: string): Promise<Replacement> {
  const path = isAbsolute(file) ? file : resolve(process.env.INIT_CWD ?? process.cwd(), file);
  if (!existsSync(path)) throw new Error(`there is no ${path}`);
  const all = only === undefined ? [...names(), ...Object.keys(toys)] : [only];
  const candidates = await Promise.all(
    all.map(async (name) => ({ name, structure: await load(name) })),
  );
  const wasm = path.endsWith('.wasm');
  const original = wasm ? await byExports(path, candidates) : byName(path, candidates);
  if (original === undefined) throw new Error(`no structure has a kernel such as ${path}`);
  const structures = candidates.filter(({ structure }) =>
    kernelsWithin(structure, !wasm).includes(original),
  );
  return { structures: structures.map(({ name }) => name), replace: { [original]: path } };
}

interface Candidate {
  name: string;
  structure: Structure;
}

/** The folders of a structure's kernels, and of what they are linked with. */
function kernelsWithin({ kernels }: Structure, linked: boolean): string[] {
  const own = Object.values(kernels);
  return linked ? own.flatMap((folder) => sourcesOf(folder).folders) : own;
}

/** Whose place a folder takes: the package of that name; or else where it stands. */
function byName(path: string, candidates: readonly Candidate[]): string | undefined {
  const described = join(path, 'package.json');
  const { name = '' } = existsSync(described)
    ? (JSON.parse(readFileSync(described, 'utf8')) as { name?: string })
    : {};
  const place = name.startsWith('@x/') ? name.replace('@x', 'packages') : path;
  return candidates
    .flatMap(({ structure }) => kernelsWithin(structure, true))
    .find((folder) => resolve('/', place).endsWith(`/${folder}`));
}

/** Whose place a .wasm file takes: it exports most nearly the same functions. */
async function byExports(
  path: string,
  candidates: readonly Candidate[],
): Promise<string | undefined> {
  let best: { folder: string; missing: number } | undefined;
  for (const { structure } of candidates) {
    const last = Object.keys(structure.kernels).at(-1);
    for (const kernel of await kernelsOf(structure)) {
      const missing = difference(path, exportsOf(kernel.module));
      // A structure's own kernel is its last one: the arena's kernel is checked by the arena.
      if (missing > 0 && kernel.name !== last) continue;
      if (missing < (best?.missing ?? Number.POSITIVE_INFINITY))
        best = { folder: structure.kernels[kernel.name]!, missing };
    }
    if (best?.missing === 0) break;
  }
  return best?.folder;
}

/** How many functions only one of the two has. */
function difference(path: string, expected: string[]): number {
  const found = exportsOf(
    new WebAssembly.Module(instrument(readFileSync(path), 0).bytes as BufferSource),
  );
  const both = found.filter((name) => expected.includes(name)).length;
  return found.length + expected.length - 2 * both;
}
