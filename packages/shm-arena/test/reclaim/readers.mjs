// How a thread reads in each scheme: the one thing in which domains differ for a user of blocks.
// For the suite and for its workers.

/** Begins to read in a domain; `index` is the hazard, where there are hazards. */
export function reading(domain, index = 0) {
  return 'pin' in domain ? guarded(domain.pin()) : hazardous(domain, index);
}

function guarded(guard) {
  return {
    load: (cell) => cell.load(guard),
    follow: (cell) => cell.tryLoad(guard),
    swap: (cell, next) => cell.swap(next, guard),
    exchange: (cell, expected, next) => cell.compareExchange(expected, next, guard) === expected,
    over: () => guard.close(),
  };
}

function hazardous(domain, index) {
  const held = new Set();
  let now = index;
  return {
    load(cell) {
      const at = domain.protect(cell, index);
      held.add(index);
      now = index;
      return at;
    },
    follow(cell) {
      const next = now ^ 1;
      const at = domain.tryProtect(cell, next, now);
      held.add(next);
      if (at !== undefined) now = next;
      return at;
    },
    swap: (cell, next) => cell.swap(next),
    exchange: (cell, expected, next) => cell.compareExchange(expected, next),
    over() {
      for (const hazard of held) domain.release(hazard);
      held.clear();
    },
  };
}

// The word in front of a block: its tag, the second byte of which says what it is; see limbo.ts.
const STATES = 0xff00;
const FREED = 2 << 8;

/** Whether the block at `at` is free, or has been used again for another value than `value`. */
export function isGone(words, at, value) {
  if ((words[at / 4 - 1] & STATES) === FREED) return true;
  return words[at / 4] !== value || words[at / 4 + 1] !== ~value >>> 0;
}
