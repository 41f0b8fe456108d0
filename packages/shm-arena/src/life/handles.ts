// Handles, and what is given in their place: what another thread attaches by is checked rung by
// rung before anything in it is believed.

import type { ArenaHandle, ArenaMemory } from '../api.ts';
import { describe, rangeError, ShmError, typeError } from '../ground/errors.ts';
import { type ArenaKernel, instantiate, kernelBytes, PAGE_BYTES } from '../ground/kernel.ts';
import { same } from '../ground/protocol.ts';
import { isIsolated } from '../ground/supports.ts';
import { isArena } from './record.ts';

const HANDLE_TYPE = '@x/shm-arena';

/** What another thread needs to attach. NOT_ISOLATED where memory cannot be shared. */
export function handleOf(memory: ArenaMemory): ArenaHandle {
  if (!isIsolated()) {
    throw new ShmError(
      'NOT_ISOLATED',
      'expected a cross-origin isolated page, found one that cannot share memory; serve it ' +
        'with `Cross-Origin-Opener-Policy: same-origin` and ' +
        '`Cross-Origin-Embedder-Policy: require-corp`',
    );
  }
  return { type: HANDLE_TYPE, memory };
}

// ── The ladder ───────────────────────────────────────────────────────────────────────────────────

/** The buffer of a WebAssembly.Memory; undefined: it is none, whatever it says of itself. */
function readBuffer(memory: unknown): ArrayBufferLike | undefined {
  try {
    // The platform's own getter refuses what is no memory, and takes another realm's.
    return Object.getOwnPropertyDescriptor(WebAssembly.Memory.prototype, 'buffer')?.get?.call(
      memory,
    );
  } catch {
    return undefined;
  }
}

/** Checks that a handle of an arena was given, with shared memory. */
export function checkArenaHandle(handle: unknown): asserts handle is ArenaHandle {
  const { type, memory } = Object(handle ?? {});
  if (type !== HANDLE_TYPE) {
    throw typeError(
      `attach: expected the handle of an arena, found ${describeFound(handle)}`,
      'WRONG_TYPE',
    );
  }
  const buffer = readBuffer(memory);
  if (buffer === undefined) {
    throw typeError(
      `attach: expected a handle with a WebAssembly.Memory, found ${describe(memory)}`,
      'WRONG_TYPE',
    );
  }
  if (Object.prototype.toString.call(buffer) !== '[object SharedArrayBuffer]') {
    throw typeError('attach: expected shared memory, found an ArrayBuffer', 'UNSUPPORTED');
  }
}

/** What stands in the place of an arena, of a structure, or of the handle of one. */
export function describeFound(value: unknown): string {
  if (isArena(value)) return 'an Arena; its `handle` can be attached';
  if (readBuffer(value) !== undefined) return 'a WebAssembly.Memory; an arena has a `handle`';
  const { type, memory, arena, entry, handle } = Object(value ?? {});
  if (type === HANDLE_TYPE) return 'the handle of an arena; `Arena.attach` takes it';
  if (readBuffer(memory) !== undefined) return 'a copy of an Arena; only its `handle` can be sent';
  if (typeof type === 'string' && typeof arena === 'string' && typeof entry === 'number') {
    return `the handle of a ${type}`;
  }
  return `${describe(value)}${handle ? '; it has a `handle`' : ''}`;
}

/** Checks everything about a memory before it is believed to be an arena. */
export function inspect(memory: ArenaMemory): void {
  const { byteLength } = memory.buffer;
  if (byteLength < PAGE_BYTES) throw truncated(PAGE_BYTES, byteLength);
  const kernel = instantiate<ArenaKernel>(kernelBytes, memory);
  const rung = kernel.inspect(byteLength / PAGE_BYTES);
  if (rung === 0) return checkInhabited(kernel);
  const [found, expected] = [kernel.found() >>> 0, kernel.expected() >>> 0];
  switch (rung) {
    case 1:
      throw truncated(expected * PAGE_BYTES, found * PAGE_BYTES);
    case 2:
      throw new ShmError(
        'ARENA_FOREIGN',
        `attach: expected the memory of an arena (${hex(expected)}), found ${hex(found)}`,
      );
    case 3:
      return same('attach', 'ARENA_PROTOCOL', expected, found);
    case 4:
      throw new ShmError(
        'ARENA_PROTOCOL',
        `attach: expected kernel build ${expected} (0 release, 1 gated), found ${found}`,
      );
    case 5:
      throw new ShmError(
        'ARENA_CORRUPT',
        `attach: expected header checksum ${hex(expected)}, found ${hex(found)}`,
      );
    default:
      throw new ShmError(
        'ARENA_CORRUPT',
        `attach: expected ${expected} in the header's layout, found ${found}`,
      );
  }
}

/** Whoever makes an arena sits in its first slot: a header that was copied by itself shows. */
function checkInhabited(kernel: ArenaKernel): void {
  if (kernel.participants() === 0) kernel.view();
  if (kernel.slotGeneration(0) !== 0) return;
  throw new ShmError('ARENA_CORRUPT', 'attach: expected an arena, found its header alone');
}

function truncated(expected: number, found: number): RangeError {
  return rangeError(
    `attach: expected an arena of ${expected} bytes, found ${found}`,
    'ARENA_CORRUPT',
  );
}

function hex(word: number): string {
  return `0x${word.toString(16).padStart(8, '0')}`;
}
