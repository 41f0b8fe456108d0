// @x/shm-arena: memory that threads share, and what it takes to share it safely.

export type {
  ArenaConstructor,
  ArenaHandle,
  ArenaOptions,
  ArenaStats,
  Checkpoint,
  Closeable,
  Coded,
  Codec,
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
export { Arena } from './arena.ts';
export { SHM_ERROR_CODES, ShmError } from './errors.ts';
export { supports } from './supports.ts';
