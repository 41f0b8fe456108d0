// @x/shm-arena: memory that threads share, and what it takes to share it safely.

export type {
  AnyCodec,
  ArenaBlockStats,
  ArenaConstructor,
  ArenaHandle,
  ArenaInstance,
  ArenaOptions,
  ArenaStats,
  Checkpoint,
  Closeable,
  Codec,
  CodecsOf,
  Coded,
  Cursor,
  ErrorCode,
  Leading,
  LoadOptions,
  NodeWorker,
  OrderedReadable,
  Participant,
  ParticipantStats,
  Prefix,
  Range,
  ReadableMap,
  RecoveryReport,
  Region,
  RegionOptions,
  Savepoint,
  ShmErrorCode,
  Snapshot,
  StructureHandle,
  StructureInfo,
  StructureStats,
  Supports,
  VerifyReport,
  WebWorker,
  WritableMap,
} from './api.ts';
export { Arena } from './api.ts';
export { SHM_ERROR_CODES } from './ground/codes.ts';
export { ShmError } from './ground/errors.ts';
export { supports } from './ground/supports.ts';
