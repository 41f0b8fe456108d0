import {
  droppedContract,
  type Garbage,
  mapContract,
  type Spawn,
  threadContract,
  unorderedContract,
  writableContract,
  writableThreads,
  wrongContract,
} from '@x/testkit';
import { subject, walked } from '../../../../packages/hamt/test/subject.ts';

export const alone = [
  ...mapContract(subject),
  ...unorderedContract(subject),
  ...writableContract(subject),
  ...wrongContract(walked),
];

export const threads = (spawn: Spawn) => [
  ...threadContract(subject, spawn),
  ...writableThreads(subject, spawn),
];

export const dropped = (garbage: Garbage) => droppedContract(subject, garbage);
