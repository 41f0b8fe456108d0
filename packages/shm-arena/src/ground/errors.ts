// Every error that a package of this workspace throws: a stable code, and a message that names what
// was found and what was expected. TypeError: the wrong type. RangeError: the wrong value.
// ShmError: the right arguments at the wrong time, on the wrong memory or in the wrong thread.

import type { ErrorCode, ShmErrorCode } from './codes.ts';

/**
 * The right arguments, but not here or not now. `code` is stable and says which case it is; the
 * message is for people and may change.
 *
 * @example
 * const arena = Arena.create({ bytes: 2 ** 20 });
 * try {
 *   arena.alloc(2 ** 21);
 * } catch (error) {
 *   error instanceof ShmError; // true
 *   error.code; // 'ARENA_FULL'
 * }
 */
export class ShmError extends Error {
  readonly code: ShmErrorCode;
  /** Of a call about many entries (`setMany`): how many were dealt with before, from the first. */
  declare readonly landed?: number;

  constructor(code: ShmErrorCode, message: string) {
    super(message);
    this.name = 'ShmError';
    this.code = code;
  }

  toJSON(): object {
    return toJSON.call(this);
  }

  // Two copies of the package in one thread throw errors that each other's `instanceof` accepts.
  static override [Symbol.hasInstance](value: unknown): boolean {
    return value instanceof Error && value.name === 'ShmError' && 'code' in value;
  }
}

/** An error in the midst of many, which then says how many had been dealt with. */
export function amidst(error: unknown, landed: number): unknown {
  if (error instanceof Error && 'code' in error) Object.assign(error, { landed });
  return error;
}

/** What JSON holds of an error: of itself it would be the code alone. */
function toJSON(this: Error & { code: ErrorCode }): object {
  const { name, code, message } = this;
  return { name, code, message };
}

function coded<E extends Error>(error: E, code: ErrorCode): E {
  return Object.defineProperty(Object.assign(error, { code }), 'toJSON', { value: toJSON });
}

/** A TypeError with a code: the value is of the wrong type. */
export function typeError(message: string, code: ErrorCode = 'INVALID_TYPE'): TypeError {
  return coded(new TypeError(message), code);
}

/** A RangeError with a code: the type is right, the value is not. */
export function rangeError(message: string, code: ErrorCode = 'OUT_OF_RANGE'): RangeError {
  return coded(new RangeError(message), code);
}

/** For an error of somebody else's code, which becomes the `cause` of one with a code. */
export function foreignError(message: string, cause: unknown): TypeError | RangeError {
  const why = cause instanceof Error ? cause.message : describe(cause);
  const error = cause instanceof RangeError ? rangeError : typeError;
  return Object.assign(error(`${message}: ${why}`), { cause });
}

/** For bytes in an arena that are not what was written. */
export function corrupt(message: string, cause: unknown): ShmError {
  return Object.assign(new ShmError('ARENA_CORRUPT', message), { cause });
}

/** A promise that may be dropped: who awaits it hears of a rejection, and nobody has to. */
export function droppable<T>(promise: Promise<T>): Promise<T> {
  promise.catch(() => {});
  return promise;
}

/** Whether an error says that the arena has no room. */
export function isFull(error: unknown): boolean {
  return error instanceof ShmError && error.code === 'ARENA_FULL';
}

/** What `value` is, in a few words, for "found …" in a message. */
export function describe(value: unknown): string {
  if (value === null) return 'null';
  switch (typeof value) {
    case 'string':
      return value.length <= 40 ? JSON.stringify(value) : `a string of ${value.length} characters`;
    case 'bigint':
      return `${value}n`;
    case 'number':
      return Object.is(value, -0) ? '-0' : String(value);
    case 'boolean':
    case 'undefined':
      return String(value);
    case 'symbol':
    case 'function':
      return `a ${typeof value}`;
    default:
      return describeObject(value);
  }
}

function describeObject(value: object): string {
  try {
    const tag = Object.prototype.toString.call(value).slice(8, -1);
    const name = tag === 'Object' ? Object.getPrototypeOf(value)?.constructor?.name : tag;
    if (typeof name === 'string' && name !== 'Object') return `an object (${name})`;
  } catch {} // A proxy, or a getter, that throws.
  return 'an object';
}

/** Checks a whole number between two bounds, both included, and returns it. */
export function wholeNumber(name: string, value: unknown, min: number, max: number): number {
  if (typeof value !== 'number') {
    throw typeError(`\`${name}\`: expected a number, found ${describe(value)}`);
  }
  if (!Number.isInteger(value) || value < min || value > max) {
    throw rangeError(`\`${name}\`: expected a whole number from ${min} to ${max}, found ${value}`);
  }
  return value;
}

/** Checks something that can be iterated over, and returns it. */
export function iterableOf<T>(name: string, value: Iterable<T>): Iterable<T> {
  const given = value as { [Symbol.iterator]?: unknown } | null;
  // Text is one key, not its characters.
  if (typeof given === 'object' && typeof given?.[Symbol.iterator] === 'function') return value;
  throw typeError(`\`${name}\`: expected an iterable, found ${describe(given)}`);
}

/** Checks a function, and returns it. */
export function functionOf<F extends (...args: never[]) => unknown>(name: string, value: F): F {
  if (typeof value === 'function') return value;
  throw typeError(`\`${name}\`: expected a function, found ${describe(value)}`);
}
