// The codes of errors: the part of the contract that errors are made of.

/** Everything that `ShmError.code` can be; `ShmErrorCode` is its type. */
export const SHM_ERROR_CODES = [
  'ARENA_FULL',
  'ARENA_FOREIGN',
  'ARENA_PROTOCOL',
  'ARENA_CORRUPT',
  'ARENA_BUSY',
  'NOT_ISOLATED',
  'NO_SLOT',
  'EXPELLED',
  'CLOSED',
  'CONTENDED',
  'KEY_TOO_LARGE',
  'VALUE_TOO_LARGE',
  'CODEC_MISMATCH',
  'NAME_TAKEN',
  'NAME_UNKNOWN',
  'WRONG_TYPE',
  'WRONG_GUARD',
  'WRONG_FILL',
  'SEALED',
  'SNAPSHOT_CLOSED',
  'LIMIT_REACHED',
  'QUEUE_FULL',
  'UNSUPPORTED',
] as const;

/**
 * Every `ShmError.code`. The list is closed: a new code is a minor release.
 *
 * | Code | When |
 * |---|---|
 * | `ARENA_FULL` | no room for the allocation; nothing has changed |
 * | `ARENA_FOREIGN` | the memory or image was not made by this library |
 * | `ARENA_PROTOCOL` | it was made by a release with another layout or other step orders |
 * | `ARENA_CORRUPT` | checksum, offsets or sizes contradict each other |
 * | `ARENA_BUSY` | `save` found that something was written meanwhile |
 * | `NOT_ISOLATED` | the page is not cross-origin isolated: memory cannot be shared |
 * | `NO_SLOT` | as many threads are attached as the arena has participants, or not recovered |
 * | `EXPELLED` | this thread was declared dead by `bury` or `watch`; its calls no longer count |
 * | `CLOSED` | the arena was detached, or the structure closed or destroyed |
 * | `CONTENDED` | a living thread was in the way, and this thread may not wait |
 * | `KEY_TOO_LARGE`, `VALUE_TOO_LARGE` | a RangeError: the encoded bytes exceed the limit |
 * | `CODEC_MISMATCH` | opened with other codecs than it was created with |
 * | `NAME_TAKEN`, `NAME_UNKNOWN` | `create` of a name in use, `open` of a name not in use |
 * | `WRONG_TYPE` | the name or handle is another kind of structure's, or no handle (TypeError) |
 * | `WRONG_GUARD` | a guard of another domain or thread, or a closed one |
 * | `WRONG_FILL` | a fill of a cache that is over, or not one of this thread |
 * | `SEALED` | a write to a frozen list |
 * | `SNAPSHOT_CLOSED` | a read through a closed snapshot |
 * | `LIMIT_REACHED` | a limit that the user set would be exceeded; nothing has changed |
 * | `QUEUE_FULL` | a write queue has no room; nothing has changed |
 * | `UNSUPPORTED` | this runtime or thread cannot do it |
 */
export type ShmErrorCode = (typeof SHM_ERROR_CODES)[number];

/**
 * The `code` of every error thrown here; the two last ones are a TypeError's and a RangeError's.
 */
export type ErrorCode = ShmErrorCode | 'INVALID_TYPE' | 'OUT_OF_RANGE';
