// For every structure's package: its own kernel beside ones that differ in one protocol number, its
// own or that of a component that is linked into it. In every direction, and also out of an image,
// the other one is refused, and the error says whose number it is, the expected and the found one.

import { Arena, type StructureHandle } from '@x/shm-arena';
import {
  type AnyKernel,
  attachStructure,
  createStructure,
  openOrCreateStructure,
  openStructure,
  type StructureCodecs,
  type StructureType,
} from '@x/shm-arena/structure';
import { expect, test } from 'vitest';
import { bumped } from '../../../../tools/bumped.mjs';

/** A package's structure. */
export interface Guarded {
  /** The package's folder. */
  readonly folder: string;
  readonly type: string;
  readonly own: StructureType<AnyKernel>['own'];
  /** Names in protocol.json of what the kernel is made of, beside the arena. */
  readonly components: readonly string[];
  readonly codecs: StructureCodecs;
  /** What makes and finds it: the package's class. */
  readonly makes: {
    create(arena: Arena, options: { name: string }): { readonly handle: StructureHandle };
    open(arena: Arena, name: string): unknown;
    openOrCreate(arena: Arena, options: { name: string }): unknown;
    attach(arena: Arena, handle: StructureHandle): unknown;
  };
}

export function guardsProtocols(guarded: Guarded): void {
  const { folder, type, own, components, codecs, makes } = guarded;
  const typeOf = async (component: string): Promise<StructureType<AnyKernel>> => ({
    ...{ type, own, kernel: await bumped(folder, component) },
    repair: () => 0,
    verify: () => [],
  });

  test.each(components)('another number of %s is refused, in memory and in images', async (of) => {
    const newer = await typeOf(of);
    const arena = Arena.create({ bytes: 2 ** 22, participants: 2 });
    const made = makes.create(arena, { name: 'a' });
    const build = () => 0;
    const others = createStructure(arena, newer, { name: 'b', ...codecs }, build);
    const name = of === 'limbo' ? of : own.replace('_PROTOCOL', '').toLowerCase();
    const [older, younger] = [2, 1].map((expected) => says(type, name, expected, 3 - expected));
    const copy = await reloaded(arena);
    const handles = copy.structures().map(({ handle }) => handle);
    for (const [where, a, b] of [
      [arena, made.handle, others.handle],
      [copy, handles[0]!, handles[1]!],
    ] as const) {
      for (const call of [
        () => openStructure(where, newer, 'a', codecs),
        () => openOrCreateStructure(where, newer, { name: 'a', ...codecs }, build),
        () => attachStructure(where, newer, a, codecs),
      ]) {
        expect(call).toThrow(older);
      }
      expect(() => makes.open(where, 'b')).toThrow(younger);
      expect(() => makes.openOrCreate(where, { name: 'b' })).toThrow(younger);
      expect(() => makes.attach(where, b)).toThrow(younger);
      makes.open(where, 'a');
    }
    arena.detach();
    copy.detach();
  });

  test('a kernel of another arena works on no structure', async () => {
    const newer = await typeOf('arena');
    const arena = Arena.create({ bytes: 2 ** 22, participants: 2 });
    const { handle } = makes.create(arena, { name: 'a' });
    const refusal = says(type, 'arena', 2, 1);
    expect(() => createStructure(arena, newer, { name: 'b' }, () => 0)).toThrow(refusal);
    expect(() => openStructure(arena, newer, 'a', codecs)).toThrow(refusal);
    expect(() => attachStructure(arena, newer, handle, codecs)).toThrow(refusal);
    arena.detach();
  });
}

function says(type: string, component: string, expected: number, found: number) {
  const what = `${type}: expected ${component} protocol ${expected}, found ${found};`;
  return expect.objectContaining({
    code: 'ARENA_PROTOCOL',
    message: expect.stringContaining(what),
  });
}

async function reloaded(arena: Arena): Promise<Arena> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of arena.save()) chunks.push(chunk.slice());
  return Arena.load(Buffer.concat(chunks));
}
