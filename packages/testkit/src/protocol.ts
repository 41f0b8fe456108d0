// A package's own kernel beside ones that differ in one protocol number, its own or that of a
// component that is linked into it. In every direction, and also out of an image, the other one is
// refused, and the error says whose number it is, the expected and the found one.

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
import { throws } from './assert.ts';
import type { Contract } from './contract.ts';

/** A package's structure. */
export interface Guarded {
  readonly type: string;
  readonly own: StructureType<AnyKernel>['own'];
  /** Names in protocol.json of what the kernel is made of, beside the arena. */
  readonly components: readonly string[];
  readonly codecs: StructureCodecs;
  /** Its kernel as a release would have it that has another number of `component`. */
  readonly bumped: (component: string) => Promise<Uint8Array<ArrayBuffer>>;
  /** What makes and finds it: the package's class. */
  readonly makes: {
    create(arena: Arena, options: { name: string }): { readonly handle: StructureHandle };
    open(arena: Arena, name: string): unknown;
    openOrCreate(arena: Arena, options: { name: string }): unknown;
    attach(arena: Arena, handle: StructureHandle): unknown;
  };
}

const build = () => 0;

/** Contracts of each component's number, and of the arena's. */
export function protocolContract(guarded: Guarded): Contract[] {
  const { type, own, components, codecs, makes } = guarded;
  const typeOf = async (component: string): Promise<StructureType<AnyKernel>> => {
    const bytes = await guarded.bumped(component);
    return { type, own, kernel: () => bytes, repair: () => 0, verify: () => [] };
  };
  return [
    ...components.map(
      (component): Contract => ({
        name: `another number of ${component} is refused, in memory and in images`,
        run: async (context) => {
          const arena = context.arena({ bytes: 2 ** 22, participants: 2 });
          await refusesOther(guarded, component, await typeOf(component), arena);
        },
      }),
    ),
    {
      name: 'a kernel of another arena works on no structure',
      async run(context) {
        const newer = await typeOf('arena');
        const arena = context.arena({ bytes: 2 ** 22, participants: 2 });
        const { handle } = makes.create(arena, { name: 'a' });
        const number = numberIn(newer, 'ARENA_PROTOCOL', arena);
        refuses(says(type, 'arena', number, number - 1), [
          () => createStructure(arena, newer, { name: 'b' }, build),
          () => openStructure(arena, newer, 'a', codecs),
          () => attachStructure(arena, newer, handle, codecs),
        ]);
      },
    },
  ];
}

async function refusesOther(
  { type, own, codecs, makes }: Guarded,
  component: string,
  newer: StructureType<AnyKernel>,
  arena: Arena,
): Promise<void> {
  const made = makes.create(arena, { name: 'a' });
  const others = createStructure(arena, newer, { name: 'b', ...codecs }, build);
  const name = component === 'limbo' ? component : own.replace('_PROTOCOL', '').toLowerCase();
  const number = numberIn(newer, component === 'limbo' ? 'LIMBO_PROTOCOL' : own, arena);
  const copy = await Arena.load(arena.save());
  const [a, b] = copy.structures().map(({ handle }) => handle) as StructureHandle[];
  for (const [where, older, younger] of [
    [arena, made.handle, others.handle],
    [copy, a, b],
  ] as [Arena, StructureHandle, StructureHandle][]) {
    refuses(says(type, name, number, number - 1), [
      () => openStructure(where, newer, 'a', codecs),
      () => openOrCreateStructure(where, newer, { name: 'a', ...codecs }, build),
      () => attachStructure(where, newer, older, codecs),
    ]);
    refuses(says(type, name, number - 1, number), [
      () => makes.open(where, 'b'),
      () => makes.openOrCreate(where, { name: 'b' }),
      () => makes.attach(where, younger),
    ]);
    makes.open(where, 'a');
  }
  copy.detach();
}

function refuses(says: RegExp, calls: readonly (() => unknown)[]): void {
  throws(calls, 'ARENA_PROTOCOL');
  throws(calls, says);
}

/** The number that a kernel exports as `constant`. */
function numberIn({ kernel }: StructureType<AnyKernel>, constant: string, arena: Arena): number {
  const module = new WebAssembly.Module(kernel());
  const { exports } = new WebAssembly.Instance(module, { env: { memory: arena.memory } });
  return (exports[constant] as WebAssembly.Global).value;
}

const says = (type: string, component: string, expected: number, found: number) =>
  new RegExp(`${type}: expected ${component} protocol ${expected}, found ${found};`);
