// One lane of the soak of the packages: random calls of each, written down before and after.

import { Arena } from '@x/shm-arena';
import * as own from './arena.ts';
import * as blocks from './blocks.ts';
import * as list from './list.ts';
import {
  BEGUN,
  COMMAND,
  GO,
  PARK,
  PARKED,
  QUIT,
  RECORDS,
  RECOVER,
  RUNNING,
  STATE,
} from './protocol.ts';
import { below, control, other, seat } from './seat.ts';
import * as tree from './tree.ts';
import * as trie from './trie.ts';

/** Everything that is opened in the arena. */
const PARTS = [list, tree, trie, blocks];
/** Records that a step and what it leads to may write. */
const ROOM = 8;

let arena = enter();

function enter(): Arena {
  const entered = Arena.attach(seat.arena);
  for (const part of PARTS) part.open(entered);
  return entered;
}

function leave(): void {
  for (const part of PARTS) part.close();
  arena.detach();
}

/** Leaves the arena and comes back, with another queue: so nothing waits in this one. */
const again = (): boolean =>
  tree.build() &&
  other(() => {
    leave();
    arena = enter();
  });

function step(): void {
  const draw = below(128);
  if (draw >= 96) trie.step();
  else if (draw < 16) tree.step();
  else if (draw < 32) blocks.step();
  else if (draw === 32) below(30) > 0 || again();
  else if (!(draw < 77 ? list.step() : own.step(arena))) list.relieve();
}

function loop(): void {
  Atomics.store(control, STATE, RUNNING);
  for (;;) {
    if (Atomics.load(control, RECOVER) === 1) {
      other(() => void arena.recover());
      Atomics.compareExchange(control, RECOVER, 1, 2);
    }
    const command = Atomics.load(control, COMMAND);
    if (command === QUIT) break;
    if (command === PARK || control[BEGUN]! > RECORDS - ROOM) {
      Atomics.store(control, STATE, PARKED);
      if (command === PARK) Atomics.wait(control, COMMAND, PARK);
      else Atomics.wait(control, COMMAND, GO, 5);
      if (Atomics.load(control, COMMAND) === GO) Atomics.store(control, STATE, RUNNING);
    } else step();
  }
  leave();
}

loop();
