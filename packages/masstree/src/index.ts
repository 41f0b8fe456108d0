export type {
  MaintainReport,
  MasstreeCodecs,
  MasstreeFactory,
  MasstreeHandle,
  MasstreeOptions,
  MasstreeSnapshot,
  MasstreeStats,
} from './api.ts';
export { Masstree } from './api.ts';
