// The assertions, which all else relies on: what they let pass, and what they say.

import { codeOf, covers, same, throws, Unmet, within } from '@x/testkit';
import { expect, test } from 'vitest';

const bytes = (...all: number[]) => Uint8Array.from(all);

test.each([
  [1, 1],
  [NaN, NaN],
  ['a', 'a'],
  [
    [1, [2, { a: 3n }]],
    [1, [2, { a: 3n }]],
  ],
  [{ a: undefined, b: 1 }, { b: 1 }],
  [bytes(1, 2), bytes(1, 2)],
  [new Date(5), new Date(5)],
  [undefined, undefined],
])('%o is the same as %o', (a, b) => {
  expect(() => same(a, b)).not.toThrow();
});

test.each([
  [1, 2],
  [0, -0],
  [1, 1n],
  [[1], [1, undefined]],
  [[], {}],
  [{ a: 1 }, { a: 1, b: 2 }],
  [{ a: 1, b: 2 }, { a: 1 }],
  [bytes(1, 2), bytes(1, 3)],
  [bytes(1), bytes(1, 0)],
  [bytes(1), [1]],
  [new Date(5), new Date(6)],
  [null, {}],
  [undefined, null],
])('%o is not the same as %o', (a, b) => {
  expect(() => same(a, b)).toThrow(Unmet);
});

test('an error names what was expected, what was found, and where', () => {
  const found = () => same({ a: [1, 2, { b: 'x' }] }, { a: [1, 2, { b: 'y' }] }, 'the entries');
  const said = (b: string) => `{ a: [1, 2, { b: "${b}" }] }`;
  expect(found).toThrow(
    `the entries: expected ${said('y')}, found ${said('x')}; they differ at .a.2.b`,
  );
  expect(() => within(3, 4)).toThrow('expected at least 4, found 3');
  expect(() => within(3, 1, 2)).toThrow('expected 1 to 2, found 3');
  expect(() => covers({ a: 1, b: 2 }, { b: 3 })).toThrow('`b`: expected 3, found 2');
});

test('what is thrown is told by its code, its text and its class', () => {
  const thrown = Object.assign(new RangeError('too long'), { code: 'KEY_TOO_LARGE' });
  const call = () => {
    throw thrown;
  };
  for (const kind of ['KEY_TOO_LARGE', /long/, RangeError, Error]) throws(call, kind);
  for (const kind of ['CLOSED', /short/, TypeError]) {
    expect(() => throws([call], kind)).toThrow('found RangeError KEY_TOO_LARGE: too long');
  }
  expect(() => throws(() => 1, 'CLOSED', 'it')).toThrow(
    'it: expected "CLOSED" to be thrown, found nothing',
  );
  expect(codeOf(call)).toBe('KEY_TOO_LARGE');
});
