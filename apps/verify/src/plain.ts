// Plain data (arrays, maps, sets, objects): copied for each run, hashed for equal states.

import type { Result } from './structure.ts';

export function hashResult(result: Result): number {
  if (typeof result === 'number') return result | 0;
  const text = JSON.stringify(result) ?? '';
  let hash = text.length;
  for (let n = 0; n < text.length; n++) hash = (Math.imul(hash, 31) + text.charCodeAt(n)) | 0;
  return hash;
}

/** `value` with maps and sets as arrays, so that JSON shows all of it. */
export function plain(value: unknown): unknown {
  if (value instanceof Map || value instanceof Set) return [...value].map(plain);
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value !== 'object' || value === null)
    return typeof value === 'bigint' ? String(value) : value;
  return Object.entries(value).map(([key, part]) => [key, plain(part)]);
}

/** A copy of plain data: arrays, maps, sets and objects of such. */
export function clone<T>(value: T): T {
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map(clone) as T;
  if (value instanceof Map) return new Map([...value].map(([k, v]) => [k, clone(v)])) as T;
  if (value instanceof Set) return new Set(value) as T;
  if (Object.getPrototypeOf(value) !== Object.prototype) return value;
  const copy: Record<string, unknown> = {};
  for (const key in value) copy[key] = clone(value[key]);
  return copy as T;
}
