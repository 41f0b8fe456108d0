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

export interface KernelSource {
  /** A package folder below the root, or a .wasm file that is gated already. */
  path: string;
  mutant?: number;
}

/** Compiles (or finds) the gated build of kernel `index` of a structure. */
export async function loadKernel(
  name: string,
  source: KernelSource,
  index: number,
): Promise<Kernel> {
  const base = index * SITE_BASE;
  const path = resolve(ROOT, source.path);
  if (path.endsWith('.wasm')) {
    const { bytes, table } = instrument(readFileSync(path), base);
    return { name, module: new WebAssembly.Module(bytes as BufferSource), table, base };
  }
  const mutant = source.mutant ?? 0;
  const hash = sourceHash(path, mutant, base);
  const file = join(CACHE, `${name}-${mutant}-${hash}`);
  if (!existsSync(`${file}.json`)) await build(path, mutant, base, file);
  const table = JSON.parse(readFileSync(`${file}.json`, 'utf8')) as SiteTable;
  return { name, module: new WebAssembly.Module(readFileSync(`${file}.wasm`)), table, base };
}

async function build(path: string, mutant: number, base: number, file: string): Promise<void> {
  const { compile } = (await import('../../../tools/kernel.mjs')) as {
    compile(dir: string, options: object): Promise<Uint8Array>;
  };
  let table: SiteTable | undefined;
  const bytes = await compile(path, {
    gated: true,
    mutant,
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

/** A hash of all kernel sources below packages/ and in `path`, of the build tool and of ours. */
function sourceHash(path: string, mutant: number, base: number): string {
  const hash = createHash('sha256').update(`${path}|${mutant}|${base}`);
  const folders = new Set([path]);
  for (const name of readdirSync(join(ROOT, 'packages'))) folders.add(join(ROOT, 'packages', name));
  for (const folder of [...folders].sort()) {
    const assembly = join(folder, 'assembly');
    if (!existsSync(assembly)) continue;
    for (const name of (readdirSync(assembly, { recursive: true }) as string[]).sort()) {
      if (name.endsWith('.ts')) hash.update(name).update(readFileSync(join(assembly, name)));
    }
  }
  for (const file of ['tools/kernel.mjs', 'apps/verify/src/instrument.ts']) {
    hash.update(readFileSync(join(ROOT, file)));
  }
  return hash.digest('hex').slice(0, 16);
}
