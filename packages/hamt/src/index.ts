export type {
  HamtCodecs,
  HamtFactory,
  HamtHandle,
  HamtOptions,
  HamtSnapshot,
  HamtStats,
} from './api.ts';
export { Hamt } from './api.ts';
