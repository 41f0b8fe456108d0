// What an object shows of itself: one line to console.log, JSON and String, before and after its
// end.

import { inspect } from 'node:util';
import { expect } from 'vitest';

const DENO = Symbol.for('Deno.customInspect');

/** Checks that `object` shows itself as `type` with `fields`. */
export function shows(object: object, type: string, fields: Record<string, unknown>): void {
  const line = `${type} ${inspect(fields, { breakLength: Infinity })}`;
  expect(inspect(object)).toBe(line);
  expect(inspect({ in: [object] }, { depth: 0 })).toBe('{ in: [Array] }');
  expect(inspect([[object]], { depth: 1 })).toContain(`[${type}]`);
  const deno = (object as Record<symbol, (...args: unknown[]) => string>)[DENO];
  expect(deno?.call(object, (value: object) => inspect(value), {})).toContain(type);
  expect(Object.prototype.toString.call(object)).toBe(`[object ${type}]`);
  expect(JSON.parse(JSON.stringify(object))).toEqual(
    JSON.parse(JSON.stringify({ type, ...fields }, numbers)),
  );
  expect(JSON.stringify(object).length).toBeLessThan(200);
}

function numbers(_name: string, value: unknown): unknown {
  return typeof value === 'bigint' ? Number(value) : value;
}
