import { type Spawn, writableContract, writableOrderedContract, writableThreads } from '@x/testkit';
import { subject, walked } from '../../../../packages/masstree/test/subject.ts';
import { ordered } from '../ordered.ts';

const all = ordered(subject, walked);

export const alone = [
  ...all.alone,
  ...writableContract(subject),
  ...writableOrderedContract(subject),
];

export const threads = (spawn: Spawn) => [
  ...all.threads(spawn),
  ...writableThreads(subject, spawn),
];

export const { dropped } = all;
