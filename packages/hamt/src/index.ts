export type {
  HamtCodecs,
  HamtDifference,
  HamtFactory,
  HamtForkOptions,
  HamtHandle,
  HamtHolder,
  HamtOptions,
  HamtSnapshot,
  HamtSnapshotOptions,
  HamtStats,
} from './api.ts';
export { Hamt } from './api.ts';
