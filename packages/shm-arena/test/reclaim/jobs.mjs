// The jobs that the suite's workers do, on the built packages.

import { parentPort, workerData } from 'node:worker_threads';
import { Arena } from '@x/shm-arena';
import { isGone, reading } from './readers.mjs';

const { args } = workerData;
const library = await import(workerData.library);
let arena;
let domain;
let cell;
let words;

function attach() {
  arena = Arena.attach(workerData.arena);
  domain = library[workerData.className].attach(arena, workerData.domain);
  cell = domain.attachAtomic(workerData.cell);
  words = new Uint32Array(arena.memory.buffer);
}

function detach() {
  domain.close();
  arena.detach();
}

function fill(value) {
  const block = domain.alloc(12);
  words[block / 4] = value;
  words[block / 4 + 1] = ~value;
  return block;
}

/** In the link of a node that was taken out, where readers have hazard pointers. */
const DEAD = 1;

/** Uses blocks, and what was retired, again and again. */
function recycle(times) {
  for (let i = 0; i < times; i++) domain.retire(fill(3_000_000 + i));
  for (let i = 0; i < 3; i++) domain.collect();
}

/** The value of a block that this thread may read. */
function valueAt(at) {
  const value = words[at / 4];
  const other = words[at / 4 + 1];
  if (other !== ~value >>> 0) throw new Error(`a freed block was read: ${value}, ${other}`);
  return value;
}

/** Swaps a new value in; reads the old one, and retires it. */
function replace(value) {
  const block = fill(value);
  const reader = reading(domain, 7);
  const old = reader.swap(cell, block);
  if (old !== 0) {
    valueAt(old);
    domain.retire(old);
  }
  reader.over();
}

/** Loads the value, and reads it twice with a pause in between. */
function glance() {
  const reader = reading(domain, 3);
  const at = reader.load(cell);
  const value = valueAt(at);
  for (let i = 0; i < 64; i++) Atomics.load(words, 0);
  if (isGone(words, at, value)) throw new Error(`a block was freed under a reader: ${value}`);
  reader.over();
}

const jobs = {
  /** Pushes `count` blocks with their number and its complement; pops as many; the sum popped. */
  stack({ count, from }) {
    let sum = 0;
    let empty = 0;
    for (let i = 0; i < count; i++) {
      const block = domain.alloc(12);
      words[block / 4] = from + i;
      words[block / 4 + 1] = ~(from + i);
      const reader = reading(domain);
      do words[block / 4 + 2] = reader.load(cell);
      while (!reader.exchange(cell, words[block / 4 + 2], block));
      reader.over();
      const popped = pop();
      if (popped === undefined) empty++;
      else sum += popped;
    }
    return { sum, empty };
  },

  /** Replaces and reads the value until told to stop. */
  replace({ control, index }) {
    let rounds = 0;
    while (Atomics.load(control, 0) === 0) {
      replace(rounds);
      glance();
      if (rounds % 5 === 0 && 'lease' in domain) leased();
      rounds++;
      Atomics.store(control, index, rounds);
    }
    return rounds;
  },

  /** Reads until told to stop. */
  glance({ control, index }) {
    while (Atomics.load(control, 0) === 0) {
      glance();
      Atomics.add(control, index, 1);
    }
    return control[index];
  },

  /** Comes, replaces and reads, and goes, again and again; the slots it had. */
  visit({ rounds, from }) {
    const slots = new Set();
    for (let round = 0; round < rounds; round++) {
      if (round > 0) attach();
      slots.add(arena.participant.slot);
      for (let i = 0; i < 40; i++) {
        replace(from + i);
        glance();
      }
      if (round % 3 === 0) domain.collect();
      if (round < rounds - 1) detach();
    }
    return [...slots];
  },

  /** Reads, says so, and stays until it is killed. */
  stall({ control }) {
    reading(domain).load(cell);
    Atomics.store(control, 1, 1 + arena.participant.slot);
    Atomics.wait(control, 2, 0);
  },
};

/** What a lease keeps outlives a collect. */
function leased() {
  const lease = domain.lease(cell);
  const value = valueAt(lease.root);
  domain.collect();
  if (isGone(words, lease.root, value)) throw new Error('a leased block was freed');
  lease.close();
}

function pop() {
  const reader = reading(domain);
  for (;;) {
    const top = reader.load(cell);
    if (top === 0) {
      reader.over();
      return undefined;
    }
    const next = words[top / 4 + 2];
    if (!reader.exchange(cell, top, next)) continue;
    const value = valueAt(top);
    domain.retire(top);
    reader.over();
    return value;
  }
}

// ---- what a puppet is told

const held = new Map();

function codeOf(call) {
  try {
    call();
  } catch (error) {
    return error.code;
  }
}

const commands = {
  /** Begins to read; the block. */
  load(name) {
    const reader = reading(domain, held.size);
    const at = reader.load(cell);
    held.set(name, { reader, at, value: valueAt(at) });
    return at;
  },
  /** Loads once more, in the same section. */
  again(name) {
    const { reader } = held.get(name);
    const at = reader.load(cell);
    held.set(name, { reader, at, value: valueAt(at) });
    return at;
  },
  /** 1 while what was loaded is as it was. */
  look(name) {
    const { at, value } = held.get(name);
    return isGone(words, at, value) ? 0 : 1;
  },
  over(name) {
    held.get(name).reader.over();
    held.delete(name);
  },
  /** Takes the present value out, inside the section called `name`; retires it. */
  replaceIn(name, value) {
    const old = held.get(name).reader.swap(cell, fill(value));
    domain.retire(old);
    return old;
  },
  replace(times) {
    for (let i = 0; i < times; i++) replace(2_000_000 + i);
  },
  collect: () => domain.collect(),
  /** The codes of what calls throw. */
  codes: () => [() => domain.alloc(8), () => domain.collect(), () => domain.stats()].map(codeOf),
  /** Puts a node behind the second of the cell's list, takes both out, and uses their memory. */
  cut() {
    const reader = reading(domain, 4);
    const top = reader.load(cell);
    reader.over();
    const link = (node) => domain.atomicAt(node + 8);
    const swap = (atomic, next) => {
      const section = reading(domain, 4);
      const before = section.swap(atomic, next);
      section.over();
      return before;
    };
    const second = words[top / 4 + 2];
    recycle(600); // The era moves on.
    const third = fill(9);
    words[third / 4 + 2] = words[second / 4 + 2];
    swap(link(second), third);
    for (const node of [second, third]) {
      const next = words[node / 4 + 2];
      if (domain.scheme === 'pointers') swap(link(node), DEAD);
      swap(link(top), next);
      domain.retire(node);
    }
    recycle(600);
    return third;
  },
  /** Destroys another domain, and fills all memory that is free. */
  destroy(handle) {
    library[workerData.className].attach(arena, handle).destroy();
    for (let at = arena.tryAlloc(32768); at !== 0; at = arena.tryAlloc(32768)) {
      words.fill(0xdeadbeef, at / 4, at / 4 + 8192);
    }
  },
  /** Collects again and again from the moment that `control[0]` is 1 until it is 2; the total. */
  collectTogether(control) {
    Atomics.add(control, 1, 1);
    while (Atomics.load(control, 0) === 0);
    let freed = 0;
    while (Atomics.load(control, 0) === 1) freed += domain.collect();
    return freed;
  },
};

function puppet() {
  const obey = ([command, ...rest]) => {
    if (command === 'end') {
      detach();
      parentPort.postMessage({ result: 0 });
      parentPort.off('message', obey); // Deno's port has no `close`.
      return;
    }
    try {
      parentPort.postMessage({ result: commands[command](...rest) });
    } catch (error) {
      parentPort.postMessage({ error: String(error) });
    }
  };
  parentPort.on('message', obey);
  parentPort.postMessage(arena.participant.slot);
}

attach();
await arena.ready; // Its death can be noticed from here on.
if (workerData.job === 'puppet') {
  puppet();
} else {
  const result = jobs[workerData.job](args);
  detach();
  parentPort.postMessage(result);
}
