// Gated kernels: compiled from a package's sources (or read from a .wasm file), instrumented, and
// kept in build/ by a hash of everything that went into them. A kernel is compiled twice at most:
// as it is, and with all of its seeded bugs, of which an instance has the one that it is told.

import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { instrument, type SiteTable } from './instrument.ts';

const here = dirname(fileURLToPath(import.meta.url));
export const ROOT = resolve(here, '../../..');
const CACHE = resolve(here, '../build/kernels');
/** Site numbers of the n-th kernel start at n · SITE_BASE. */
export const SITE_BASE = 1 << 14;

export interface Kernel {
  name: string;
  /** The seeded bug that its instances are to have; 0: none. */
  mutant: number;
  module: WebAssembly.Module;
  table: SiteTable;
  base: number;
}

/** Instead of a package folder below the root: another folder, or a gated .wasm file. */
export type Replace = Readonly<Record<string, string>>;

interface KernelSource {
  /** A package folder below the root, or a .wasm file that is gated already. */
  path: string;
  mutant?: number;
  /** Also for the packages that it is linked with. */
  replace?: Replace;
}

const IMPORT = /\bfrom '([^']+)'/g;
const LINKED = /^@x\/([\w-]+)\/(assembly\/.+)$/;

interface Sources {
  /** The index of a kernel and all that is imported from there, in order. */
  files: string[];
  /** The folder, and those of the packages that are linked with it. */
  folders: string[];
}

/** What a kernel is compiled from, as its imports say. */
export function sourcesOf(folder: string, replace: Replace = {}): Sources {
  const place = (of: string): string => resolve(ROOT, replace[of] ?? of);
  const folders = new Set([folder]);
  const files = new Set([join(place(folder), 'assembly/index.ts')]);
  // Sets are walked to their end, what is added on the way included.
  for (const file of files) {
    for (const [, name] of readFileSync(file, 'utf8').matchAll(IMPORT)) {
      const [, owner, path] = LINKED.exec(name!) ?? [];
      const linked = `packages/${owner}`;
      if (owner !== undefined) folders.add(linked);
      files.add(`${join(owner === undefined ? dirname(file) : place(linked), path ?? name!)}.ts`);
    }
  }
  return { files: [...files].sort(), folders: [...folders] };
}

/** Compiles (or finds) the gated build of kernel `index` of a structure. */
export async function loadKernel(
  name: string,
  source: KernelSource,
  index: number,
): Promise<Kernel> {
  const base = index * SITE_BASE;
  const { mutant = 0, replace = {} } = source;
  const path = resolve(ROOT, replace[source.path] ?? source.path);
  if (path.endsWith('.wasm')) {
    const { bytes, table } = instrument(readFileSync(path), base);
    const module = new WebAssembly.Module(bytes as BufferSource);
    return { name, mutant: 0, module, table, base };
  }
  const { files, folders } = sourcesOf(source.path, replace);
  const packages: Record<string, string> = {};
  for (const linked of folders.slice(1))
    packages[linked.replace('packages', '@x')] = resolve(ROOT, replace[linked] ?? linked);
  const which = mutant === 0 ? 0 : 'any';
  const hash = sourceHash(files, which, base);
  const file = join(CACHE, `${name}-${which}-${hash}`);
  if (!existsSync(`${file}.json`)) await build(path, packages, which, base, file);
  let built = known.get(file);
  if (built === undefined) known.set(file, (built = read(file)));
  return { name, mutant, ...built, base };
}

/** One module for all mutants: what the engine has compiled and optimized serves the next one. */
const known = new Map<string, Pick<Kernel, 'module' | 'table'>>();

function read(file: string): Pick<Kernel, 'module' | 'table'> {
  const table = JSON.parse(readFileSync(`${file}.json`, 'utf8')) as SiteTable;
  return { module: new WebAssembly.Module(readFileSync(`${file}.wasm`)), table };
}

async function build(
  path: string,
  packages: Record<string, string>,
  mutant: 0 | 'any',
  base: number,
  file: string,
): Promise<void> {
  const { compile } = (await import('../../../tools/kernel.mjs')) as {
    compile(dir: string, options: object): Promise<Uint8Array>;
  };
  let table: SiteTable | undefined;
  const bytes = await compile(path, {
    gated: true,
    mutant,
    packages,
    transform: (unoptimized: Uint8Array) => {
      const result = instrument(unoptimized, base);
      table = result.table;
      return result.bytes;
    },
  });
  mkdirSync(CACHE, { recursive: true });
  // Several workers may build the same kernel: each writes its own file, the rename is atomic.
  for (const [extension, contents] of [
    ['wasm', bytes],
    ['json', JSON.stringify(table)],
  ] as const) {
    writeFileSync(`${file}.${process.pid}`, contents);
    renameSync(`${file}.${process.pid}`, `${file}.${extension}`);
  }
}

/** What else makes a kernel what it is: the build tool, ours, and the compiler by its version. */
const TOOLS = ['tools/kernel.mjs', 'apps/verify/src/instrument.ts', 'apps/verify/src/wasm.ts'];
const COMPILER = ['assemblyscript', 'binaryen'];

/** Equal in every clone, so that the cache may be carried from one to the next. */
function sourceHash(sources: readonly string[], mutant: 0 | 'any', base: number): string {
  const { devDependencies } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as {
    devDependencies: Record<string, string>;
  };
  const versions = COMPILER.map((name) => devDependencies[name]);
  const hash = createHash('sha256').update(JSON.stringify([mutant, base, ...versions]));
  for (const file of [...sources, ...TOOLS.map((tool) => join(ROOT, tool))])
    hash.update(relative(ROOT, file)).update(readFileSync(file));
  return hash.digest('hex').slice(0, 16);
}
