// Options: a member that nobody knows is refused, wherever options are taken.

import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { Arena } from '../src/index.ts';
import { EVERYTHING, encodeRange } from '../src/ordered.ts';
import { contracts, optionsContract } from './kit.ts';
import { codeOf } from './support.ts';

let arena: Arena;
beforeEach(() => {
  arena = Arena.create({ bytes: 2 ** 22 });
});
afterEach(() => arena.detach());

contracts(
  'options',
  optionsContract(() => [
    {
      what: 'Arena.create',
      names: 'bytes participants zeroOnFree',
      call: (options) => Arena.create(options).detach(),
    },
    {
      what: 'Arena.load',
      names: 'maxBytes',
      call: async (options) => (await Arena.load(arena.save(), options)).detach(),
    },
    { what: 'region', names: 'budget', call: (options) => arena.region(options).close() },
  ]),
);

describe('options', () => {
  test('a word of another library leads to ours', () => {
    expect(() => Arena.create({ size: 5 } as never)).toThrow(
      /found "size"; the nearest is `bytes`/,
    );
    expect(() => Arena.create({ maxByte: 5 } as never)).toThrow(/the nearest is `bytes`/);
  });

  test('what was put on Object.prototype is not taken for an option', () => {
    Object.defineProperty(Object.prototype, 'extended', {
      value: 1,
      enumerable: true,
      configurable: true,
    });
    try {
      arena.region({ budget: 2 ** 16 }).close();
    } finally {
      Reflect.deleteProperty(Object.prototype, 'extended');
    }
  });

  test('a flag is true, false or left out', () => {
    expect(codeOf(() => Arena.create({ zeroOnFree: 1 } as never))).toBe('TypeError INVALID_TYPE');
  });
});

describe('a range', () => {
  const encoder = { encode: () => new Uint8Array(1), encodePrefix: () => new Uint8Array(1) };
  const encode = (range: unknown) => encodeRange(range as never, encoder);

  test.each([
    [{ start: 'b' }, 'start', 'gte'],
    [{ gte: 'b', end: 'c' }, 'end', 'lt'],
    [{ limits: 3 }, 'limits', 'limit'],
    [{ Reverse: true }, 'Reverse', 'reverse'],
    [{ lessThan: 'c' }, 'lessThan', 'lt'],
  ])('%o: the nearest member to "%s" is %s', (range, found, nearest) => {
    expect(() => encode(range)).toThrow(`found "${found}"; the nearest is \`${nearest}\``);
  });

  test('what is no range, and what is none at all', () => {
    for (const wrong of [['b'], [], 'b', 3, null, new Date(), new Map([['gte', 'b']])])
      expect(codeOf(() => encode(wrong))).toBe('TypeError INVALID_TYPE');
    expect(encode(undefined)).toBe(EVERYTHING);
    expect(encode({})).toEqual(EVERYTHING);
    expect(encode({ gt: undefined, reverse: undefined, limit: undefined })).toEqual(EVERYTHING);
    expect(codeOf(() => encode({ reverse: 'yes' }))).toBe('TypeError INVALID_TYPE');
  });
});
