// What every function that takes options or a range does with members that it does not know.

import { expect, test } from 'vitest';

/** A function that takes options, and the members that it knows. */
export interface Taker {
  readonly what: string;
  readonly names: string;
  /** Calls it. */
  readonly call: (options: never) => unknown;
}

async function errorOf(call: () => unknown): Promise<Error & { code?: string }> {
  try {
    await call();
  } catch (error) {
    return error as Error;
  }
  throw new Error('it threw nothing');
}

/** Tests for each row; `prepare` runs before each of them. */
export function takersOfOptions(takers: readonly Taker[]): void {
  test.each(takers)('$what refuses unknown members and names the nearest', async (taker) => {
    const { names } = taker;
    const call = taker.call as (options: unknown) => unknown;
    for (const name of names.split(' ')) {
      const wrong = name[0] + name;
      const error = await errorOf(() => call({ [wrong]: undefined }));
      expect(error).toBeInstanceOf(TypeError);
      expect(error.code).toBe('INVALID_TYPE');
      expect(error.message).toContain(`found "${wrong}"; the nearest is \`${name}\``);
    }
    for (const wrong of [['b'], [], new Date(), new Map(), new Uint8Array(1), 'b', 3, null]) {
      const error = await errorOf(() => call(wrong));
      expect(error).toBeInstanceOf(TypeError);
      expect(error.code).toBe('INVALID_TYPE');
    }
  });

  test.each(takers)('$what takes a known member that is undefined', async ({ names, call }) => {
    const options: Record<string, undefined> = {};
    for (const name of names.split(' ')) options[name] = undefined;
    await (call as (options: unknown) => unknown)(options);
    await (call as (options: unknown) => unknown)(Object.assign(Object.create(null), options));
  });
}

/** For a function that wants a name: options that have one, though undefined, get `name`. */
export function named(options: object, name: string): never {
  const has = typeof options === 'object' && options !== null && 'name' in options;
  return (has ? { ...options, name } : options) as never;
}

/** A row for each function that takes a range. */
export function takersOfRanges(view: () => object, prefix = ''): Taker[] {
  const call = (method: string, ...behind: unknown[]) => {
    return (range: never) => {
      const object = view() as Record<string, (...args: unknown[]) => unknown>;
      return object[method]?.(range, ...behind);
    };
  };
  const names = 'gt gte lt lte prefix reverse limit';
  return [
    ...['entries', 'keys', 'values', 'count', 'cursor'].map((method) => {
      return { what: `${prefix}${method}`, names, call: call(method) };
    }),
    { what: `${prefix}scan`, names, call: call('scan', () => {}) },
  ];
}
