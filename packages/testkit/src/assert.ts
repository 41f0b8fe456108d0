// The assertions of contracts. An error names what was expected and what was found.

/** What was expected is not what was found. */
export class Unmet extends Error {
  override readonly name = 'Unmet';
}

/** Fails the contract. */
export function unmet(what: string, expected: string, found: string): never {
  throw new Unmet(`${what === '' ? '' : `${what}: `}expected ${expected}, found ${found}`);
}

/** Both are the same, part by part, in every member that is not undefined. */
export function same(found: unknown, expected: unknown, what = ''): void {
  const place = difference(found, expected, '');
  if (place === undefined) return;
  const at = place === '' ? '' : `; they differ at ${place}`;
  unmet(what, show(expected), show(found) + at);
}

/** Each member of `part` is the same in `found`, which may have more. */
export function covers(found: object, part: object, what = ''): void {
  for (const [name, expected] of Object.entries(part)) {
    same((found as Record<string, unknown>)[name], expected, `${what} \`${name}\``.trim());
  }
}

/** `least` ≤ `found` ≤ `most`. */
export function within(found: number, least: number, most = Infinity, what = ''): void {
  if (found >= least && found <= most) return;
  unmet(what, most === Infinity ? `at least ${least}` : `${least} to ${most}`, String(found));
}

/** A way in which something is thrown: its code, its text or its class. */
type Thrown = string | RegExp | (abstract new (...args: never) => Error);

/** Every one of `calls` throws an error of that kind. */
export function throws(
  calls: (() => unknown) | readonly (() => unknown)[],
  kind: Thrown,
  what = '',
): void {
  for (const call of [calls].flat()) {
    const error = thrownBy(call);
    const place = what === '' ? String(call) : what;
    if (error === undefined) unmet(place, `${show(kind)} to be thrown`, 'nothing');
    if (!isOf(error, kind)) unmet(place, show(kind), show(error));
  }
}

function isOf(error: unknown, kind: Thrown): boolean {
  if (typeof kind === 'string') return (error as { code?: unknown }).code === kind;
  if (typeof kind === 'function') return error instanceof kind;
  return kind.test((error as Error).message);
}

/** What `call` throws, or `undefined`. */
export function thrownBy(call: () => unknown): unknown {
  try {
    call();
  } catch (error) {
    return error;
  }
  return undefined;
}

/** Where the two differ: '' as a whole, `undefined` nowhere. */
function difference(found: unknown, expected: unknown, path: string): string | undefined {
  if (Object.is(found, expected)) return undefined;
  if (typeof found !== 'object' || typeof expected !== 'object') return path;
  if (found === null || expected === null) return path;
  if (Object.getPrototypeOf(found) !== Object.getPrototypeOf(expected)) return path;
  if (found instanceof Date) {
    return Object.is(found.getTime(), (expected as Date).getTime()) ? undefined : path;
  }
  if (found instanceof Uint8Array) return bytesDiffer(found, expected as Uint8Array, path);
  return membersDiffer(found, expected, path);
}

function membersDiffer(found: object, expected: object, path: string): string | undefined {
  if (Array.isArray(found) && found.length !== (expected as unknown[]).length) return path;
  for (const name of new Set([...Object.keys(expected), ...Object.keys(found)])) {
    const [a, b] = [found, expected] as Record<string, unknown>[];
    const place = difference(a?.[name], b?.[name], `${path}.${name}`);
    if (place !== undefined) return place;
  }
  return undefined;
}

function bytesDiffer(a: Uint8Array, b: Uint8Array, path: string): string | undefined {
  if (a.length !== b.length) return path;
  for (let at = 0; at < a.length; at++) if (a[at] !== b[at]) return `${path}.${at}`;
  return undefined;
}

const MEMBERS_SHOWN = 8;
const CHARACTERS_SHOWN = 80;

/** A value in a few words. */
export function show(value: unknown, depth = 3): string {
  if (typeof value === 'string') {
    const text = JSON.stringify(value.slice(0, CHARACTERS_SHOWN));
    return value.length > CHARACTERS_SHOWN ? `${text}… (${value.length} characters)` : text;
  }
  if (typeof value === 'bigint') return `${value}n`;
  if (typeof value === 'function') return value.name;
  if (typeof value !== 'object' || value === null)
    return Object.is(value, -0) ? '-0' : `${String(value)}`;
  if (value instanceof Error) {
    const { code } = value as { code?: string };
    return `${value.name}${code === undefined ? '' : ` ${code}`}: ${value.message}`;
  }
  if (value instanceof Date || value instanceof RegExp) return String(value);
  const list = Array.isArray(value) || ArrayBuffer.isView(value);
  if (depth === 0) return list ? '[…]' : '{…}';
  const entries = Object.entries(value);
  const shown = entries.slice(0, MEMBERS_SHOWN).map(([name, member]) => {
    return list ? show(member, depth - 1) : `${name}: ${show(member, depth - 1)}`;
  });
  if (entries.length > MEMBERS_SHOWN) shown.push(`… (${entries.length})`);
  return list ? `[${shown.join(', ')}]` : `{ ${shown.join(', ')} }`;
}
