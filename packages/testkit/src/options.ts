// What every function that takes options or a range does with members that it does not know.

import type { Arena, StructureHandle } from '@x/shm-arena';
import { same, show, unmet } from './assert.ts';
import type { Context, Contract } from './contract.ts';
import type { MapClass, Taker } from './subject.ts';

const NO_OPTIONS = [['b'], [], new Date(), new Map(), new Uint8Array(1), 'b', 3, null];

async function refused({ what, call }: Taker, options: unknown): Promise<string> {
  try {
    await call(options as never);
  } catch (error) {
    const { code, message } = error as Error & { code?: string };
    same([error instanceof TypeError, code], [true, 'INVALID_TYPE'], `${what}, ${message}`);
    return message;
  }
  return unmet(what, 'a TypeError', `nothing thrown for ${show(options)}`);
}

/** It refuses unknown members, and names the nearest. */
async function refusesUnknown(taker: Taker): Promise<void> {
  for (const name of taker.names.split(' ')) {
    const wrong = name[0] + name;
    const message = await refused(taker, { [wrong]: undefined });
    const says = `found "${wrong}"; the nearest is \`${name}\``;
    if (!message.includes(says)) unmet(taker.what, says, message);
  }
  for (const wrong of NO_OPTIONS) await refused(taker, wrong);
}

/** It takes a known member that is undefined. */
async function takesUndefined({ names, call }: Taker): Promise<void> {
  const options: Record<string, undefined> = {};
  for (const name of names.split(' ')) options[name] = undefined;
  await call(options as never);
  await call(Object.assign(Object.create(null), options) as never);
}

/** Contracts of all that `takers` names. */
export function optionsContract(takers: (context: Context) => readonly Taker[]): Contract[] {
  return [
    {
      name: 'options with unknown members are refused, and the nearest is named',
      async run(context) {
        for (const taker of takers(context)) await refusesUnknown(taker);
      },
    },
    {
      name: 'a known member of options may be undefined',
      async run(context) {
        for (const taker of takers(context)) await takesUndefined(taker);
      },
    },
  ];
}

/** For a function that wants a name: options that have one, though undefined, get `name`. */
export function named(options: object, name: string): never {
  const has = typeof options === 'object' && options !== null && 'name' in options;
  return (has ? { ...options, name } : options) as never;
}

/** A row for each method of a view that takes a range. */
export function takersOfRanges(view: object, prefix = ''): Taker[] {
  const call = (method: string, ...behind: unknown[]) => {
    return (range: never) =>
      (view as Record<string, (...args: unknown[]) => unknown>)[method]?.(range, ...behind);
  };
  const names = 'gt gte lt lte prefix reverse limit';
  return [
    ...['entries', 'keys', 'values', 'count', 'cursor'].map((method) => {
      return { what: `${prefix}${method}`, names, call: call(method) };
    }),
    { what: `${prefix}scan`, names, call: call('scan', () => {}) },
  ];
}

/** A row for each way to make or find what is named `name` and has `handle`. */
export function takersOfMakers(
  subject: { readonly type: unknown; readonly options: string },
  arena: Arena,
  made: { readonly name: string; readonly handle: StructureHandle },
): Taker[] {
  const { create, open, openOrCreate, attach } = subject.type as MapClass;
  const { name, handle } = made;
  return [
    { what: 'create', names: subject.options, call: (options) => create(arena, options) },
    { what: 'open', names: subject.options, call: (options) => open(arena, name, options) },
    {
      what: 'openOrCreate',
      names: subject.options,
      call: (options) => openOrCreate(arena, named(options, name)),
    },
    { what: 'attach', names: subject.options, call: (options) => attach(arena, handle, options) },
  ];
}
