// JSON as values are kept: what `JSON.stringify` and `JSON.parse` say, but nothing lost unseen at
// the top, and no error without a code.

import { corrupt, describe, foreignError, typeError } from '../ground/errors.ts';

/** The JSON text of a value that has one. May run user code (`toJSON`, getters). */
export function jsonText(value: unknown): string {
  let text: string | undefined;
  try {
    text = JSON.stringify(value);
  } catch (cause) {
    throw foreignError(
      `json: expected a value that JSON can hold, found ${describe(value)}`,
      cause,
    );
  }
  if (text === undefined || (text.length <= 4 && text === 'null' && value !== null)) {
    throw lost(value);
  }
  if (text.charCodeAt(0) === 123 && !isPlain(value) && isLost(value as object, text)) {
    throw lost(value);
  }
  return text;
}

/** The value of a JSON text. */
export function jsonValue(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw corrupt(`json: expected JSON text, found ${describe(text)}`, cause);
  }
}

/** Whether an object is of no class; in any realm. */
function isPlain(value: unknown): boolean {
  const prototype = Object.getPrototypeOf(value);
  return prototype === null || Object.getPrototypeOf(prototype) === null;
}

/** Whether the text of an object of some class is not what it holds. */
function isLost(value: object, text: string): boolean {
  if (typeof (value as { toJSON?: unknown }).toJSON === 'function') return false;
  if (text === '{}' || ArrayBuffer.isView(value)) return true;
  return value instanceof Map || value instanceof Set;
}

function lost(value: unknown): TypeError {
  return typeError(`json: expected a value that JSON can hold, found ${describe(value)}`);
}
