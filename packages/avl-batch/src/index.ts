export type {
  AvlBatchCodecs,
  AvlBatchFactory,
  AvlBatchHandle,
  AvlBatchOpenOptions,
  AvlBatchOptions,
  AvlBatchSnapshot,
  AvlBatchStats,
  BatchOptions,
  Builder,
  BuilderOptions,
  BuilderWorker,
  BuildReport,
  IndexedReadable,
  QueueOptions,
  Ticket,
  TicketResult,
} from './api.ts';
export { AvlBatch } from './api.ts';
