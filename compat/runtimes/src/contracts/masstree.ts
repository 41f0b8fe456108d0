import {
  droppedContract,
  type Garbage,
  mapContract,
  orderedContract,
  type Spawn,
  threadContract,
  writableContract,
  writableOrderedContract,
  writableThreads,
  wrongContract,
} from '@x/testkit';
import { subject, walked } from '../../../../packages/masstree/test/subject.ts';

export const alone = [
  ...mapContract(subject),
  ...orderedContract(subject),
  ...writableContract(subject),
  ...writableOrderedContract(subject),
  ...wrongContract(walked),
];

export const threads = (spawn: Spawn) => [
  ...threadContract(subject, spawn),
  ...writableThreads(subject, spawn),
];

export const dropped = (garbage: Garbage) => droppedContract(subject, garbage);
