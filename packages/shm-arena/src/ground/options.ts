// Objects whose members are all known: options and ranges. A member that is not is a mistake, which
// would be found out late: `{ size: 5 }` would be an arena of 256 MiB, `{ start: 'b' }` everything.

import { describe, typeError } from './errors.ts';

/** The members that options of one kind may have. */
export interface Members {
  /** What they are called in messages. */
  readonly what: string;
  readonly names: readonly string[];
  /** Words that other libraries have for some of them. */
  readonly meant?: Readonly<Record<string, string>>;
}

/**
 * Returns `given` if it is an object whose own members are all known.
 *
 * @throws TypeError INVALID_TYPE; of an unknown member it names the nearest known one
 */
export function optionsOf<T extends object>(members: Members, given: T): T {
  if (typeof given !== 'object' || given === null) throw noOptions(members, given);
  let some = false;
  for (const name in given) {
    if (!members.names.includes(name) && isOwn(given, name)) throw unknown(members, given, name);
    some = true;
  }
  if (!some && !isPlain(given)) throw noOptions(members, given);
  return given;
}

/** What somebody has put on Object.prototype is not meant for us. */
function isOwn(given: object, name: string): boolean {
  return Object.hasOwn(given, name);
}

/** An array, a Date, a Map and our own objects are no options, whatever they hold. */
function isPlain(given: object): boolean {
  return Object.prototype.toString.call(given) === '[object Object]';
}

function noOptions({ what, names }: Members, given: unknown): TypeError {
  const members = names.join(', ');
  return typeError(`\`${what}\`: expected an object of ${members}, found ${describe(given)}`);
}

function unknown(members: Members, given: object, name: string): TypeError {
  if (!isPlain(given)) return noOptions(members, given);
  const { what, names, meant = {} } = members;
  const near = Object.hasOwn(meant, name) ? meant[name] : nearest(names, name);
  const found = describe(name);
  return typeError(
    `\`${what}\`: expected ${names.join(', ')}, found ${found}; the nearest is \`${near}\``,
  );
}

/** No name has more letters: of a longer word the rest says nothing. */
const MOST_LETTERS = 24;

function nearest(names: readonly string[], name: string): string {
  const word = name.slice(0, MOST_LETTERS).toLowerCase();
  const edits = names.map((each) => distance(word, each.toLowerCase()));
  return names[edits.indexOf(Math.min(...edits))] as string;
}

/** How many letters have to be put in, taken out or changed to get from one word to the other. */
function distance(from: string, to: string): number {
  let row = Array.from({ length: to.length + 1 }, (_, at) => at);
  for (let i = 0; i < from.length; i++) {
    const next = [i + 1];
    for (let j = 0; j < to.length; j++) {
      const change = row[j]! + (from[i] === to[j] ? 0 : 1);
      next.push(Math.min(change, row[j + 1]! + 1, next[j]! + 1));
    }
    row = next;
  }
  return row[to.length]!;
}

/** Checks a flag among options, and returns it; `fallback` when it is left out. */
export function flagOf(name: string, value: boolean | undefined, fallback = false): boolean {
  if (value === undefined) return fallback;
  if (typeof value === 'boolean') return value;
  throw typeError(`\`${name}\`: expected true or false, found ${describe(value)}`);
}
