import {
  droppedContract,
  type Garbage,
  mapContract,
  orderedContract,
  type Spawn,
  threadContract,
  wrongContract,
} from '@x/testkit';
import { subject, walked } from '../../../../packages/avl-batch/test/subject.ts';

export const alone = [
  ...mapContract(subject),
  ...orderedContract(subject),
  ...wrongContract(walked),
];

export const threads = (spawn: Spawn) => [...threadContract(subject, spawn)];

export const dropped = (garbage: Garbage) => droppedContract(subject, garbage);
