// Plain data (arrays, maps, sets, objects): copied for each run, hashed for equal states.

/** Equal for equal data, in whatever order its maps, sets and objects were filled. */
export function hashPlain(value: unknown): number {
  switch (typeof value) {
    case 'number':
      return mix(value | 0, Math.floor(value / 2 ** 32));
    case 'string':
      return hashText(value);
    case 'object':
      return value === null ? 1 : hashParts(value);
    default:
      return hashText(`${typeof value} ${String(value)}`);
  }
}

function hashText(text: string): number {
  let hash = text.length;
  for (let n = 0; n < text.length; n++) hash = (Math.imul(hash, 31) + text.charCodeAt(n)) | 0;
  return mix(hash, 2);
}

function hashParts(value: object): number {
  if (Array.isArray(value)) return value.reduce((hash, part) => mix(hash, hashPlain(part)), 3);
  let sum = 4;
  if (value instanceof Map) {
    for (const [key, part] of value) sum += mix(hashPlain(key), hashPlain(part));
  } else if (value instanceof Set) {
    for (const part of value) sum += mix(5, hashPlain(part));
  } else {
    for (const key in value) {
      sum += mix(hashText(key), hashPlain((value as Record<string, unknown>)[key]));
    }
  }
  return mix(6, sum | 0);
}

function mix(hash: number, more: number): number {
  const mixed = Math.imul(hash ^ (hash >>> 15) ^ Math.imul(more, 0x85ebca6b), 0x9e3779b1);
  return mixed ^ (mixed >>> 13);
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
