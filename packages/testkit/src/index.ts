// Contracts for structures, and what their tests share. Neither this entry nor what it imports
// needs a test runner or Node.

export { covers, same, show, thrownBy, throws, Unmet, unmet, within } from './assert.ts';
export { Context, type Contract, check, freshArena, type Host } from './contract.ts';
export {
  mapContract,
  orderedContract,
  unorderedContract,
  writableContract,
  writableOrderedContract,
} from './contracts.ts';
export { codeOf, rejection } from './errors.ts';
export { callsOf } from './map/calls.ts';
export { droppedContract, type Garbage } from './map/dropped.ts';
export { closing } from './map/ends.ts';
export {
  byCodePoint,
  edgeKey,
  edgeKeys,
  edgeRange,
  inside,
  type ModelRange,
  ordersAs,
  readsAs,
  shown,
} from './model.ts';
export { named, optionsContract, takersOfRanges } from './options.ts';
export { type Guarded, protocolContract } from './protocol.ts';
export { random, shuffled, userKey } from './random.ts';
export { print, sample, takeAll, values } from './samples.ts';
export type {
  Ending,
  MapSubject,
  OrderedSubject,
  Taker,
  TestedMap,
  TestedOrderedMap,
} from './subject.ts';
export { threadContract } from './threads/contract.ts';
export {
  Control,
  finished,
  type Spawn,
  type Start,
  starter,
  type Task,
  type Thread,
  turn,
  turns,
  until,
} from './threads/control.ts';
export { Desk, type Jobs, mapJobs, type Working } from './threads/jobs.ts';
export { content } from './world.ts';
export { writableThreads } from './writable/threads.ts';
export { WRITABLE_NAMES, writableCalls, writableRight } from './writable/world.ts';
export {
  contractNames,
  hasNames,
  type Walk,
  type Walked,
  WRONG,
  walks,
  wrongContract,
} from './wrong.ts';
