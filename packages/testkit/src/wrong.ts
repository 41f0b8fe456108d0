// A walk over all that can be called, with arguments of all wrong kinds: whatever is thrown or
// rejected has a code, and names what was found.

import type { Arena } from '@x/shm-arena';
import { same } from './assert.ts';
import type { Contract } from './contract.ts';

/** One of each kind. */
export const WRONG: readonly unknown[] = [
  ...[undefined, null, true, 0, -1, 1.5, NaN, Infinity, 2 ** 53, 1n, -1n, '', 'text', '\ud800'],
  ...[Symbol('s'), {}, [], [1], [undefined], () => undefined, new Date(NaN), new Map([[1, 2]])],
  ...[Object.create(null), new Uint8Array(3), new SharedArrayBuffer(8), Promise.resolve(1)],
  ...[{ type: 'x' }, { handle: null }, { entry: 1.5, generation: 'x', queue: 0, number: 1n }],
];

/** Lists of arguments: each wrong one in each place, the others wrong too or as in `right`. */
function* lists(right: readonly unknown[]): Iterable<unknown[]> {
  yield [];
  for (const wrong of WRONG) {
    for (let places = 1; places <= 3; places++) yield Array.from({ length: places }, () => wrong);
    for (let place = 0; place < right.length; place++) {
      const list = [...right];
      list[place] = wrong;
      yield list;
    }
  }
}

/** All names that lead to something on `object`, but those of every object. */
export function namesOf(object: object): Set<string> {
  const names = new Set<string>();
  for (let at = object; at !== null && at !== Object.prototype; at = Object.getPrototypeOf(at)) {
    if (at === Function.prototype) break;
    for (const name of Object.getOwnPropertyNames(at)) names.add(name);
  }
  for (const name of ['constructor', 'prototype', 'length', 'name']) names.delete(name);
  return names;
}

/** Takes what a call gave to its end, as far as that may fail. */
async function used(result: unknown): Promise<void> {
  const value = (await result) as { next?: () => unknown; stop?: () => unknown } | undefined;
  if (typeof value?.next === 'function') for (let n = 0; n < 3; n++) value.next();
  if (typeof value?.stop === 'function') await value.stop();
}

export interface Walk {
  readonly what: string;
  readonly object: object;
  /** Right arguments of some methods. */
  readonly right?: Readonly<Record<string, readonly unknown[]>>;
  /** Methods that end the object. */
  readonly but?: readonly string[];
}

/** Calls everything; returns what has no code, as text. */
async function walk({ what, object, right = {}, but = [] }: Walk): Promise<string[]> {
  const faults = new Set<string>();
  const judge = (name: string, args: readonly unknown[], error: unknown) => {
    const { code, message } = error as { code?: unknown; message?: string };
    if (typeof code === 'string' && error instanceof Error) return;
    faults.add(`${what}.${name}(${args.map((each) => typeof each).join(', ')}): ${message}`);
  };
  for (const name of namesOf(object)) {
    if (but.includes(name)) continue;
    let member: unknown;
    try {
      member = (object as Record<string, unknown>)[name];
    } catch (error) {
      judge(name, [], error);
    }
    if (typeof member !== 'function') continue;
    for (const args of lists(right[name] ?? [])) {
      try {
        await used(Reflect.apply(member, object, args));
      } catch (error) {
        judge(name, args, error);
      }
    }
  }
  return [...faults];
}

/** Expects that no walk finds anything. */
export async function walks(all: readonly Walk[]): Promise<void> {
  for (const each of all) same(await walk(each), [], each.what);
}

/** A structure whose instance, and what stands on it, is walked over in all states. */
export interface Walked<P extends object> {
  readonly what: string;
  readonly type: {
    create(arena: Arena, options: { name: string }): { readonly handle: unknown };
    open(arena: Arena, name: string): { destroy(): void };
  };
  /** Right arguments of `create`. */
  readonly options?: object;
  /** An instance of that name, and what belongs to it. */
  readonly parts: (arena: Arena, name: string) => P;
  readonly walk: (all: P) => Promise<void>;
  /** What may be closed behind each end. */
  readonly closes: (all: P) => readonly { close(): void }[];
  /** Beside `open`, another handle's `destroy`, and `detach`. */
  readonly ends: readonly (readonly [string, (all: P) => void])[];
}

/** Contracts of a structure's class, and of an instance in each of its states. */
export function wrongContract<P extends object>(given: Walked<P>): Contract[] {
  const { what, type, options = {}, parts, walk, closes, ends } = given;
  const name = 'walked';
  const states: readonly (readonly [string, (all: P, arena: Arena) => void])[] = [
    ['open', () => {}],
    ...ends,
    ['destroyed by another handle', (_, arena) => type.open(arena, name).destroy()],
    ['detached', (_, arena) => arena.detach()],
  ];
  return [
    {
      name: `wrong arguments of what stands on ${what} are refused with a code`,
      async run(context) {
        const arena = context.arena();
        const { handle } = type.create(arena, { name });
        const right = {
          create: [arena, options],
          open: [arena, name, {}],
          openOrCreate: [arena, { name }],
          attach: [arena, handle, {}],
        };
        await walks([{ what, object: type, right }]);
        arena.detach();
        await walks([{ what: `${what}, detached`, object: type, right }]);
      },
    },
    ...states.map(
      ([state, end]): Contract => ({
        name: `wrong arguments are refused with a code: ${state}`,
        async run(context) {
          const arena = context.arena();
          const all = parts(arena, name);
          end(all, arena);
          await walk(all);
          for (const each of closes(all)) each.close();
        },
      }),
    ),
  ];
}

/** The names that stand on an object but for what shows it, which all have. */
export function contractNames(object: object): string[] {
  const names = namesOf(object);
  names.delete('toJSON');
  return [...names].sort();
}

/** `object` has these names, separated by spaces, and no others. */
export function hasNames(object: object, names: string): void {
  same(contractNames(object), names.trim().split(' ').sort());
}
