// Shows every memory access of a package's kernel, as its release build makes them: the kernel is
// compiled once more with the constants of the release build, but with a door to memory
// (shm-arena/assembly/ground/atomic) that tells where it goes before it goes there. In this thread,
// that kernel then takes the place of the package's own.

import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const DOOR = '@x/shm-arena/assembly/ground/atomic.ts';
const OWN = fileURLToPath(new URL('../', import.meta.url));

/**
 * Called with the address and the bytes of each access, and with its kind: 0 for a plain one, else
 * that of the gate (shm-arena/assembly/ground/atomic.ts).
 */
type Watcher = (at: number, bytes: number, kind: number) => void;

/**
 * The kernel `own` with calls of `env.gate` and `env.plain` before each access, compiled once for
 * the same sources. It is not optimized: those calls are never dropped, so they would be the same.
 */
async function watchedKernel(folder: string, own: Uint8Array): Promise<Uint8Array<ArrayBuffer>> {
  const door = openDoor(readFileSync(resolve(OWN, 'node_modules', DOOR), 'utf8'));
  const key = createHash('sha256').update(own).update(door).digest('hex').slice(0, 16);
  const file = resolve(OWN, `build/watched-${key}.wasm`);
  try {
    return readFileSync(file);
  } catch {
    // The compiler is large, and hardly ever needed.
    const { compileChanged } = await import('../../../tools/kernel.mjs');
    const bytes = await compileChanged(folder, (name, text) => (name.endsWith(DOOR) ? door : text));
    mkdirSync(resolve(file, '..'), { recursive: true });
    writeFileSync(`${file}.${process.pid}`, bytes);
    renameSync(`${file}.${process.pid}`, file);
    return bytes;
  }
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
 * @param folder the package's, built, as apps/bench sees it
 */
export async function watchKernel(folder: string, watcher: Watcher): Promise<void> {
  const dir = resolve(OWN, folder);
  const own = readFileSync(resolve(dir, 'build/kernel.wasm'));
  const watched = await watchedKernel(dir, own);
  const { Module, Instance } = WebAssembly;
  const doors = {
    gate: (op: number, at: number) => watcher(at >>> 0, op >> 4, op & 15),
    plain: (_: number, at: number, bytes: number) => watcher(at >>> 0, bytes, 0),
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
