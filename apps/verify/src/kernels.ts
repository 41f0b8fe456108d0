// Gated kernels: compiled from a package's sources (or read from a .wasm file), instrumented, and
// kept in build/ by a hash of everything that went into them.

import { createHash } from 'node:crypto';
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { instrument, type SiteTable } from './instrument.ts';

const here = dirname(fileURLToPath(import.meta.url));
export const ROOT = resolve(here, '../../..');
const CACHE = resolve(here, '../build/kernels');
/** Site numbers of the n-th kernel start at n · SITE_BASE. */
export const SITE_BASE = 1 << 14;

export interface Kernel {
  name: string;
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

const LINKED = /'@x\/([\w-]+)\/assembly\//g;

/** The folder, and those of all packages whose kernel sources are linked with its own. */
export function linkedWith(path: string): string[] {
  const folders = new Set([path]);
  // Sets are walked to their end, what is added on the way included.
  for (const folder of folders) {
    for (const file of sourcesOf(folder)) {
      for (const [, name] of readFileSync(file, 'utf8').matchAll(LINKED))
        folders.add(`packages/${name}`);
    }
  }
  return [...folders];
}

/** The files of a folder's kernel, in order. */
export function sourcesOf(folder: string): string[] {
  const assembly = resolve(ROOT, folder, 'assembly');
  if (!existsSync(assembly)) return [];
  return (readdirSync(assembly, { recursive: true }) as string[])
    .filter((file) => file.endsWith('.ts'))
    .sort()
    .map((file) => join(assembly, file));
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
    return { name, module: new WebAssembly.Module(bytes as BufferSource), table, base };
  }
  const packages: Record<string, string> = {};
  for (const linked of linkedWith(path).slice(1))
    packages[linked.replace('packages', '@x')] = resolve(ROOT, replace[linked] ?? linked);
  const hash = sourceHash(path, packages, mutant, base);
  const file = join(CACHE, `${name}-${mutant}-${hash}`);
  if (!existsSync(`${file}.json`)) await build(path, packages, mutant, base, file);
  const table = JSON.parse(readFileSync(`${file}.json`, 'utf8')) as SiteTable;
  return { name, module: new WebAssembly.Module(readFileSync(`${file}.wasm`)), table, base };
}

async function build(
  path: string,
  packages: Record<string, string>,
  mutant: number,
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

/** A hash of the kernel's sources, of what they are linked with, of the build tool and of ours. */
function sourceHash(
  path: string,
  packages: Record<string, string>,
  mutant: number,
  base: number,
): string {
  const folders = [path, ...Object.values(packages)];
  const hash = createHash('sha256').update(`${folders.join('|')}|${mutant}|${base}`);
  const files = ['tools/kernel.mjs', 'apps/verify/src/instrument.ts'].map((f) => join(ROOT, f));
  for (const file of [...folders.flatMap(sourcesOf), ...files]) {
    hash.update(file).update(readFileSync(file));
  }
  return hash.digest('hex').slice(0, 16);
}
