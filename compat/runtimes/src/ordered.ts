// What an ordered map is asked; those that are written in place are asked more.

import {
  droppedContract,
  type Garbage,
  mapContract,
  type OrderedSubject,
  orderedContract,
  type Spawn,
  threadContract,
  type Walked,
  wrongContract,
} from '@x/testkit';

export const ordered = <P extends object>(subject: OrderedSubject, walked: Walked<P>) => ({
  alone: [...mapContract(subject), ...orderedContract(subject), ...wrongContract(walked)],
  threads: (spawn: Spawn) => threadContract(subject, spawn),
  dropped: (garbage: Garbage) => droppedContract(subject, garbage),
});
