// Shows every memory access of a package's kernel, as its release build makes them: the kernel is
// compiled once more with the constants of the release build, but with a door to memory
// (shm-arena/assembly/ground/atomic) that tells where it goes before it goes there. In this thread,
// that kernel then takes the place of the package's own.

import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import asc from 'assemblyscript/asc';

const DOOR = '@x/shm-arena/assembly/ground/atomic.ts';

/** Called with the address and the bytes of each access. */
type Watcher = (at: number, bytes: number) => void;

/** A kernel that calls `env.gate` and `env.plain` before each access, and is otherwise as built. */
async function compileWatched(packageDir: string): Promise<Uint8Array<ArrayBuffer>> {
  let bytes: Uint8Array<ArrayBuffer> | undefined;
  let messages = '';
  const out = { write: (text: string): void => void (messages += text) };
  const { error } = await asc.main(
    [
      'assembly/index.ts',
      ...['--outFile', 'kernel.wasm', '-O3', '--runtime', 'stub', '--enable', 'threads'],
      ...['--importMemory', '--noExportMemory', '--sharedMemory', '--initialMemory', '1'],
      ...['--maximumMemory', '65536', '--use', 'MUTANT=0'],
    ],
    {
      stdout: out as never,
      stderr: out as never,
      readFile: (name) => source(packageDir, name),
      writeFile: (name, contents) => {
        if (name === 'kernel.wasm') bytes = contents as never;
      },
      listFiles: () => [],
    },
  );
  if (error !== null || bytes === undefined) {
    throw new Error(`${packageDir}: the watched kernel does not compile\n${messages}`);
  }
  return bytes;
}

/** The watched kernel beside `own`, compiled once for the same sources. */
async function keptWatched(packageDir: string, own: Uint8Array): Promise<Uint8Array<ArrayBuffer>> {
  const door = source(packageDir, `node_modules/${DOOR}`) ?? '';
  const key = createHash('sha256').update(own).update(door).digest('hex').slice(0, 16);
  const folder = fileURLToPath(new URL('../build/', import.meta.url));
  const file = resolve(folder, `watched-${key}.wasm`);
  try {
    return readFileSync(file);
  } catch {
    const bytes = await compileWatched(packageDir);
    mkdirSync(folder, { recursive: true });
    writeFileSync(`${file}.${process.pid}`, bytes);
    renameSync(`${file}.${process.pid}`, file);
    return bytes;
  }
}

/** A source file, wherever a package manager put it; the door with its calls opened. */
function source(packageDir: string, name: string): string | null {
  for (let folder = packageDir; ; folder = dirname(folder)) {
    let text: string;
    try {
      text = readFileSync(resolve(folder, name), 'utf8');
    } catch {
      if (!name.startsWith('node_modules/') || folder === dirname(folder)) return null;
      continue;
    }
    return isDoor(packageDir, name) ? openDoor(text) : text;
  }
}

function isDoor(packageDir: string, name: string): boolean {
  return name.endsWith(DOOR) || (packageDir.endsWith('shm-arena') && name.endsWith('/atomic.ts'));
}

/** The gate and plain calls of the gated build, without its other checks. */
function openDoor(text: string): string {
  const opened = text
    .replace(/if \(isDefined\(GATED\)\) (gate|plain)\(/g, '$1(')
    .replace(/if \(isDefined\(GATED\)\) \{(\s+plain\([^{}]*)\}/g, '{$1}');
  if (!/^ {2}gate\(LOAD/m.test(opened) || !/^ {2}plain\(PLAIN_LOAD/m.test(opened)) {
    throw new Error(`${DOOR} has changed: its calls to gate and plain were not found`);
  }
  return opened;
}

/**
 * From now on, in this thread, instances of the package's kernel tell `watcher` of each access.
 * Call before the package makes its first instance.
 *
 * @param packageName of this workspace, built
 */
export async function watchKernel(packageName: string, watcher: Watcher): Promise<void> {
  const dir = fileURLToPath(new URL(`../node_modules/${packageName}`, import.meta.url));
  const own = readFileSync(resolve(dir, 'build/kernel.wasm'));
  const watched = await keptWatched(dir, own);
  const { Module, Instance } = WebAssembly;
  const doors = {
    gate: (op: number, at: number) => watcher(at >>> 0, op >> 4),
    plain: (_: number, at: number, bytes: number) => watcher(at >>> 0, bytes),
  };
  WebAssembly.Module = class extends Module {
    constructor(bytes: Uint8Array<ArrayBuffer>) {
      super(own.equals(bytes) ? watched : bytes);
    }
  } as typeof WebAssembly.Module;
  WebAssembly.Instance = class extends Instance {
    constructor(module: WebAssembly.Module, imports: WebAssembly.Imports) {
      super(module, { env: { ...imports.env, ...doors } });
    }
  } as typeof WebAssembly.Instance;
}
