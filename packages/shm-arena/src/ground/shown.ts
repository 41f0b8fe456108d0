// What a public object shows of itself, in a line: to `console.log`, `JSON.stringify`, `String`.
// Without it they would walk through the object's fields into the arena's memory.

/** What an object shows, name by name; what is undefined is left out. */
export const SHOW: unique symbol = Symbol('show');
const NODE: unique symbol = Symbol.for('nodejs.util.inspect.custom') as never;
const DENO: unique symbol = Symbol.for('Deno.customInspect') as never;

type Inspect = (value: unknown, options: object) => string;

/** The base of all classes whose instances users hold. */
export abstract class Shown {
  get [Symbol.toStringTag](): string {
    return 'Object';
  }

  /**
   * Cheap, and nothing that waits. It may throw: then nothing is shown. What the arena's own entry
   * point has brings a `toJSON` instead: bundlers keep a class with a computed name, used or not.
   */
  [SHOW](): object {
    if (!hasOwnJSON(this)) return {};
    const { type: _, ...fields } = this.toJSON() as { type: string };
    return fields;
  }

  toJSON(): object {
    return { type: this[Symbol.toStringTag], ...(plain(fieldsOf(this)) as object) };
  }

  [NODE](depth: number, options: object, inspect?: Inspect): string {
    const type = this[Symbol.toStringTag];
    if (depth < 0) return `[${type}]`;
    const line = { ...options, breakLength: Infinity };
    return `${type} ${(inspect ?? JSON.stringify)(fieldsOf(this), line as never)}`;
  }

  [DENO](inspect: Inspect, options: object): string {
    return this[NODE](0, options, inspect);
  }
}

/** Not in the class, which would be renamed for naming itself. */
function hasOwnJSON(object: Shown): boolean {
  return object.toJSON !== Shown.prototype.toJSON;
}

/** Makes a class one of these without a constructor in between, which `pin` would feel. */
export function shown(made: { readonly prototype: object }): void {
  Object.setPrototypeOf(made.prototype, Shown.prototype);
}

/** What is shown of an object that has ended, or of a prototype, is what could be found out. */
function fieldsOf(object: Shown): object {
  const fields: Record<string, unknown> = {};
  try {
    for (const [name, value] of Object.entries(object[SHOW]())) {
      if (value !== undefined) fields[name] = value;
    }
  } catch {}
  return fields;
}

/** Lets an object that is made without a class show `fields` of itself, hidden from spreads. */
export function showing<T extends object>(object: T, type: string, fields: object): T {
  const { toJSON, [NODE]: node, [DENO]: deno } = Shown.prototype;
  for (const [name, value] of [
    [Symbol.toStringTag, type],
    [SHOW, () => fields],
    ['toJSON', toJSON],
    [NODE, node],
    [DENO, deno],
  ] as const) {
    Object.defineProperty(object, name, { value });
  }
  return object;
}

/** Numbers that JSON can hold: bigints become numbers, or text where a number would be inexact. */
export function counts<T extends object>(numbers: T): T {
  return Object.defineProperty(numbers, 'toJSON', { value: () => plain({ ...numbers }) });
}

function plain(value: unknown): unknown {
  if (typeof value === 'bigint') {
    const number = Number(value);
    return Number.isSafeInteger(number) ? number : String(value);
  }
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, each]) => [name, plain(each)]));
}
