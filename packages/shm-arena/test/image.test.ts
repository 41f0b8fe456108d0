import { createReadStream } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import { Arena } from '../src/arena/arena.ts';
import { u32, utf8 } from '../src/codec.ts';
import { PAGE_BYTES, Status } from '../src/ground/kernel.ts';
import { seatOf } from '../src/life/seats.ts';
import { takeLease } from '../src/structure/lease.ts';
import { attachStructure, createStructure, openStructure } from '../src/structure/structure.ts';
import { bare } from './bare.ts';
import { counted, sharedWords, start } from './crew.ts';

const MIB = 2 ** 20;
const open: Arena[] = [];

function keep(arena: Arena): Arena {
  open.push(arena);
  return arena;
}

afterEach(() => {
  for (const arena of open.splice(0)) arena.detach();
});

function filled(participants = 4): { arena: Arena; blocks: Map<number, number> } {
  const arena = keep(Arena.create({ bytes: 16 * MIB, participants }));
  const blocks = new Map<number, number>();
  for (let i = 0; i < 200; i++) {
    const bytes = 20 + ((i * 977) % 60_000);
    const at = arena.alloc(bytes);
    new Uint8Array(arena.memory.buffer, at, bytes).fill(i);
    blocks.set(at, bytes);
  }
  return { arena, blocks };
}

async function bytesOf(arena: Arena): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of arena.save()) chunks.push(chunk);
  return Buffer.concat(chunks);
}

async function* pieces(image: Uint8Array, length: number): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < image.length; at += length) {
    yield image.subarray(at, at + length);
    yield new Uint8Array(0);
  }
}

/** The code of what loading throws. */
async function failure(image: unknown, options?: object): Promise<string> {
  try {
    keep(await Arena.load(image as Uint8Array, options));
  } catch (error) {
    return `${(error as Error).name} ${(error as { code?: string }).code}`;
  }
  return 'nothing';
}

const CELL = bare('Cell');

describe('an image', () => {
  test.each([1, 4])('brings everything back, with %d participants', async (participants) => {
    const { arena, blocks } = filled(participants);
    const cell = createStructure(
      arena,
      CELL,
      { name: 'kept', key: utf8, value: u32 },
      (...made) => {
        made[3].begin();
        made[3].words[0] = 99;
        return Status.OK;
      },
    );
    const image = await bytesOf(arena);
    expect(image.length).toBeLessThan(12 * MIB);
    for (const length of [image.length, 65_536, 1_000_003]) {
      const copy = keep(await Arena.load(pieces(image, length)));
      for (const [at, bytes] of blocks) {
        const there = new Uint8Array(copy.memory.buffer, at, bytes);
        expect(Buffer.compare(there, new Uint8Array(arena.memory.buffer, at, bytes))).toBe(0);
      }
      expect(copy.verify()).toEqual({ ok: true, problems: [], unwalked: [] });
      expect(copy.stats().participants).toHaveLength(1);
      expect(copy.stats().structures).toMatchObject([{ name: 'kept', joined: 0 }]);
      const again = openStructure(copy, CELL, 'kept', { key: utf8, value: u32 });
      expect(seatOf(copy).kernel.entryRoot(again.entry)).toBe(99);
      for (const at of blocks.keys()) copy.free(at);
      expect(copy.alloc(14 * MIB)).toBeGreaterThan(0);
    }
    cell.check();
    expect(arena.verify().ok).toBe(true); // The original lives on, and is another arena.
    expect(arena.alloc(100)).toBeGreaterThan(0);
  });

  test('of threads in the middle of their work is recovered', async () => {
    const { arena } = filled();
    const words = sharedWords(2);
    const crew = start(arena, 'hang', { words });
    await crew.ready;
    const image = await bytesOf(arena);
    const copy = keep(await Arena.load(image));
    expect(copy.stats().participants).toHaveLength(1);
    expect(copy.verify().ok).toBe(true);
    await crew.worker.terminate();
    expect(arena.recover()).toMatchObject({ reaped: 1 });
  });

  test('is refused when something was written meanwhile, by anybody', async () => {
    const { arena, blocks } = filled();
    // The second chunk of pages is the first with blocks; what it shows is then changed.
    const write = async (change: (arena: Arena) => unknown) => {
      let chunks = 0;
      for await (const chunk of arena.save()) {
        if (chunk.length > 1000 && ++chunks === 2) await change(arena);
      }
      expect(chunks).toBeGreaterThan(1);
    };
    const busy = expect.objectContaining({ name: 'ShmError', code: 'ARENA_BUSY' });
    const at = arena.alloc(10);
    await expect(write((own) => own.alloc(10))).rejects.toEqual(busy);
    await expect(write((own) => own.free(at))).rejects.toEqual(busy);
    await expect(write((own) => own.region().alloc(5))).rejects.toEqual(busy);
    const block = Math.min(...blocks.keys());
    const touch = () => new Uint8Array(arena.memory.buffer, block, 1).fill(77);
    await expect(write(touch)).rejects.toEqual(busy);
    await write((own) => own.stats());
    await write((own) => takeLease(seatOf(own), () => {}).drop()); // As a snapshot does.
    const words = sharedWords(1);
    const crew = start(arena, 'churn', { words });
    await counted(words, 1);
    // The other thread does at least a hundred steps between the two looks at each page.
    const steps = () => counted(words, Atomics.load(words, 0) + 100);
    await expect(write(steps)).rejects.toEqual(busy);
    await crew.worker.terminate();
    arena.recover();
    await bytesOf(arena);
  });

  test('of a full arena of any size brings every page back', async () => {
    for (let pages = 16; pages <= 80; pages++) {
      const arena = keep(Arena.create({ bytes: pages * PAGE_BYTES, participants: 8 }));
      const words = new Uint32Array(arena.memory.buffer);
      const blocks: number[] = [];
      for (let at = 1; at !== 0; ) {
        at = arena.tryAlloc(PAGE_BYTES);
        if (at !== 0) blocks.push(at);
      }
      for (const at of blocks) words[at / 4] = at;
      const copy = keep(await Arena.load(await bytesOf(arena)));
      const loaded = new Uint32Array(copy.memory.buffer);
      expect(blocks.map((at) => loaded[at / 4])).toEqual(blocks);
      expect(copy.verify()).toEqual({ ok: true, problems: [], unwalked: [] });
      copy.detach();
      arena.detach();
    }
  });

  test('of an empty arena takes few pages, however large it is', async () => {
    const arena = keep(Arena.create({ bytes: 256 * MIB }));
    const image = await bytesOf(arena);
    expect(image.length).toBeLessThan(12 * PAGE_BYTES);
    const copy = keep(await Arena.load(image));
    expect(copy.verify().ok).toBe(true);
    expect(copy.alloc(200 * MIB)).toBeGreaterThan(0);
  });

  test('has unnamed structures too: by the handle that `structures` gives', async () => {
    const { arena } = filled();
    const build = () => Status.OK;
    const made = createStructure(arena, CELL, {}, build);
    const copy = keep(await Arena.load(await bytesOf(arena)));
    const [info] = copy.structures();
    expect(info).toMatchObject({ name: '', type: 'Cell' });
    expect(() => attachStructure(copy, CELL, made.handle, {})).toThrow(
      expect.objectContaining({ code: 'ARENA_FOREIGN' }),
    );
    attachStructure(copy, CELL, structuredClone(info!.handle), {}).destroy();
    expect(copy.structures()).toEqual([]);
  });

  test('of an arena that is detached meanwhile ends with CLOSED', async () => {
    const { arena } = filled();
    const save = async () => {
      for await (const _ of arena.save()) arena.detach();
    };
    await expect(save()).rejects.toMatchObject({ code: 'CLOSED' });
  });
});

describe('load refuses', () => {
  test('what is truncated, at any length', async () => {
    const { arena } = filled();
    const image = await bytesOf(arena);
    for (const length of [
      0,
      1,
      31,
      32,
      40,
      48,
      65_000,
      70_000,
      image.length - 16,
      image.length - 1,
    ]) {
      expect(await failure(image.subarray(0, length))).toBe('ShmError ARENA_CORRUPT');
      expect(await failure(pieces(image.subarray(0, length), 999))).toBe('ShmError ARENA_CORRUPT');
    }
  });

  test('what has any byte changed', async () => {
    const image = await bytesOf(keep(Arena.create({ bytes: 2 * MIB, participants: 1 })));
    const step = Math.ceil(image.length / 400);
    const spots = [...Array(96).keys(), ...Array(16).keys()].map((i, n) =>
      n < 96 ? i : image.length - 16 + i,
    );
    for (let at = 96; at < image.length; at += step) spots.push(at);
    for (const at of spots) {
      image[at]! ^= 1 << (at % 8);
      expect(await failure(image)).toBe(
        at < 8 ? 'ShmError ARENA_FOREIGN' : 'ShmError ARENA_CORRUPT',
      );
      image[at]! ^= 1 << (at % 8);
    }
    expect(await failure(image)).toBe('nothing');
  });

  test('what is foreign, longer than it says, too large, or no bytes at all', async () => {
    const image = await bytesOf(keep(Arena.create({ bytes: 2 * MIB, participants: 1 })));
    expect(await failure(new Uint8Array(100))).toBe('ShmError ARENA_FOREIGN');
    expect(await failure(Buffer.concat([image, new Uint8Array(1)]))).toBe('ShmError ARENA_CORRUPT');
    expect(await failure(image, { maxBytes: MIB })).toBe('RangeError OUT_OF_RANGE');
    expect(await failure(image, { maxBytes: 'x' })).toBe('TypeError INVALID_TYPE');
    for (const wrong of [undefined, null, 'text', {}, [image]]) {
      expect(await failure(wrong)).toBe('TypeError INVALID_TYPE');
    }
    const text = (async function* () {
      yield 'text';
    })();
    expect(await failure(text)).toBe('TypeError INVALID_TYPE');
  });
});

describe('a refused load closes its source', () => {
  /** A source that says whether it was closed. */
  function watched(image: Uint8Array) {
    const watch = { closed: 0, source: undefined as unknown as AsyncGenerator<Uint8Array> };
    watch.source = (async function* () {
      try {
        yield* pieces(image, 10_000);
      } finally {
        watch.closed++;
      }
    })();
    return watch;
  }

  test('whatever it is refused for', async () => {
    const image = await bytesOf(keep(Arena.create({ bytes: 2 * MIB, participants: 1 })));
    const damaged = Uint8Array.from(image);
    damaged[100]! ^= 1;
    for (const [source, options] of [
      [watched(damaged), undefined],
      [watched(new Uint8Array(100_000)), undefined],
      [watched(Buffer.concat([image, image])), undefined],
      [watched(image), { maxBytes: MIB }],
    ] as const) {
      expect(await failure(source.source, options)).not.toBe('nothing');
      expect(source.closed).toBe(1);
    }
    const whole = watched(image);
    expect(await failure(whole.source)).toBe('nothing');
    expect(whole.closed).toBe(1);
  });

  test('also before anything was read, and whatever the source throws', async () => {
    const image = await bytesOf(keep(Arena.create({ bytes: 2 * MIB, participants: 1 })));
    const unread = watched(image);
    expect(await failure(unread.source, { maxBytes: 'x' })).toBe('TypeError INVALID_TYPE');
    await expect.poll(() => unread.closed).toBe(1);
    let calls = 0;
    const stubborn = {
      [Symbol.asyncIterator]: () => ({
        next: async () => ({ done: false, value: new Uint8Array(64) }),
        return() {
          calls++;
          throw new Error('not now');
        },
      }),
    };
    expect(await failure(stubborn)).toBe('ShmError ARENA_FOREIGN');
    expect(calls).toBe(1);
    const broken = {
      [Symbol.asyncIterator]: () => ({
        next: () => Promise.reject(Object.assign(new Error('gone'), { code: 'GONE' })),
        return: () => Promise.reject(new Error('asked for')),
      }),
    };
    expect(await failure(broken)).toBe('Error GONE');
  });

  test('files are closed', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'image-'));
    try {
      const file = join(folder, 'damaged');
      await writeFile(file, new Uint8Array(200_000));
      for (const options of [undefined, { maxBytes: 0 }]) {
        const stream = createReadStream(file);
        expect(await failure(stream, options)).not.toBe('nothing');
        await expect.poll(() => stream.closed).toBe(true);
      }
    } finally {
      await rm(folder, { recursive: true });
    }
  });
});
