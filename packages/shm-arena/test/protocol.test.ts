// Kernels that only differ in a protocol number: each is refused, and the error names whose number
// it is, the one expected and the one found. What is compared comes out of the kernels alone.
import { afterAll, beforeAll, expect, test } from 'vitest';
import { bumped } from '../../../tools/bumped.mjs';
import { ARENA_PROTOCOL as OURS } from '../build/numbers/ground/layout.ts';
import { Arena } from '../src/arena/arena.ts';
import { type ArenaKernel, instantiate, type KernelBytes, Status } from '../src/ground/kernel.ts';
import {
  attachStructure,
  createStructure,
  openOrCreateStructure,
  openStructure,
} from '../src/structure/structure.ts';
import { bare, buildBare } from './bare.ts';

const CELL = bare('Cell');
const PAGES = 64;

const THEIRS = OURS + 1;

let newer: KernelBytes;
const arena = Arena.create({ bytes: 2 ** 22, participants: 2 });
beforeAll(async () => {
  const bytes = await bumped('shm-arena', 'arena');
  newer = () => bytes;
}, 60_000);
afterAll(() => arena.detach());

/** The memory of an arena that the newer release made. */
function newerMemory(): WebAssembly.Memory {
  const memory = new WebAssembly.Memory({ initial: PAGES, maximum: PAGES, shared: true });
  const kernel = instantiate<ArenaKernel>(newer, memory);
  expect(kernel.create(PAGES, 2, 0, 1, 2, 3, 4, 5, 6, 7, 8)).toBe(Status.OK);
  return memory;
}

const says = (who: string, expected: number, found: number) =>
  expect.objectContaining({
    code: 'ARENA_PROTOCOL',
    message: expect.stringMatching(`^${who}: expected arena protocol ${expected}, found ${found};`),
  });

test('an arena of another release is not attached', () => {
  const handle = { type: '@x/shm-arena', memory: newerMemory() } as const;
  expect(() => Arena.attach(handle)).toThrow(says('attach', OURS, THEIRS));
});

test('a kernel that was built for another arena works on none of its structures', () => {
  const foreign = { ...CELL, kernel: newer };
  const made = createStructure(arena, CELL, { name: 'a' }, buildBare);
  for (const call of [
    () => createStructure(arena, foreign, { name: 'b' }, buildBare),
    () => openStructure(arena, foreign, 'a', {}),
    () => openOrCreateStructure(arena, foreign, { name: 'a' }, buildBare),
    () => attachStructure(arena, foreign, made.handle, {}),
  ]) {
    expect(call).toThrow(says('Cell', THEIRS, OURS));
  }
  expect(arena.structures().map(({ name }) => name)).toEqual(['a']);
  made.destroy();
});

test('an image of another release is refused by its head, and closed', async () => {
  const chunks: Uint8Array[] = [];
  for await (const chunk of arena.save()) chunks.push(chunk.slice());
  const image = Buffer.concat(chunks);
  const head = new Uint32Array(image.buffer, image.byteOffset, 8);
  expect(head[5]).toBe(OURS);
  // The newer release's head: its number, and a hash that fits.
  head[5] = THEIRS;
  let low = 0x9e3779b9;
  let high = 0x85ebca6b;
  for (const word of head.subarray(0, 6)) {
    low = Math.imul(low ^ word, 0x01000193);
    low = (low << 13) | (low >>> 19);
    high = Math.imul(high + word, 0x85ebca6b) ^ low;
  }
  head.set([low, high], 6);
  let closed = false;
  const source = (async function* () {
    try {
      yield image.subarray(0, 32);
      throw new Error('expected that nothing behind the head is read');
    } finally {
      closed = true;
    }
  })();
  await expect(Arena.load(source)).rejects.toEqual(says('load', OURS, THEIRS));
  expect(closed).toBe(true);
});

test('an image whose pages are of another release is refused too', async () => {
  const pages = newerMemory();
  const own = Arena.create({ bytes: 2 ** 22, participants: 2 });
  new Uint8Array(own.memory.buffer, 8, 112).set(new Uint8Array(pages.buffer, 8, 112));
  const chunks: Uint8Array[] = [];
  for await (const chunk of own.save()) chunks.push(chunk.slice());
  await expect(Arena.load(Buffer.concat(chunks))).rejects.toEqual(says('attach', OURS, THEIRS));
  own.detach();
});
