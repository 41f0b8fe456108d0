// What test workers do, on the built package. A worker says 'ready' when it is attached, and then
// does its job; what a job returns is its last message.
import { parentPort, threadId, Worker, workerData } from 'node:worker_threads';
import { Arena } from '../../dist/index.js';
import { createStructure, openStructure } from '../../dist/structure.js';

const { handle, job, args } = workerData;
const arena = Arena.attach(handle);

const logOf = (bytes) => ({
  type: 'Log',
  own: 'ARENA_PROTOCOL',
  kernel: () => bytes,
  repair: () => 0,
  verify: () => [],
});

const jobs = {
  /** Attaches and leaves. */
  visit() {
    const at = arena.alloc(100);
    new Uint8Array(arena.memory.buffer, at, 100).fill(arena.participant.slot);
    arena.free(at);
    return arena.participant;
  },

  /** Fills blocks, puts them where others take them, and frees what it takes from there. */
  exchange({ words, rounds, seed }) {
    let state = seed;
    const random = (below) => {
      state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
      return Math.floor((state / 2 ** 32) * below);
    };
    const bytes = new Uint8Array(arena.memory.buffer);
    const size = [16, 48, 100, 700, 3000, 20_000, 70_000];
    let freed = 0;
    for (let i = 0; i < rounds; i++) {
      const length = size[random(size.length)];
      const at = arena.tryAlloc(length);
      if (at !== 0) {
        bytes.fill(at / 16, at, at + length); // A block that two have is overwritten.
        new DataView(bytes.buffer, at, 4).setUint32(0, length);
      }
      const taken = Atomics.exchange(words, random(words.length), at | 0) >>> 0;
      if (taken === 0) continue;
      const found = new DataView(bytes.buffer, taken, 4).getUint32(0);
      for (let j = taken + 4; j < taken + found; j++) {
        if (bytes[j] !== ((taken / 16) & 255)) throw new Error(`block ${taken} was overwritten`);
      }
      arena.free(taken);
      freed++;
    }
    return freed;
  },

  /** Allocates, frees, opens regions for ever; its end is a kill. */
  churn({ words }) {
    const own = [];
    const regions = [];
    for (let i = 0; ; i++) {
      own.push(arena.alloc((i * 37) % 50_000));
      if (own.length > 50) arena.free(own.shift());
      if (i % 5 === 0) {
        const region = arena.region();
        region.alloc(100_000);
        regions.push(region);
        if (regions.length > 5) regions.shift().close();
      }
      Atomics.add(words, 0, 1);
    }
  },

  /** Does nothing for ever, in its event loop. */
  idle() {
    return new Promise(() => setInterval(() => {}, 1000));
  },

  /** Does nothing for ever, out of its event loop. */
  hang({ words }) {
    Atomics.add(words, 0, 1);
    Atomics.wait(words, 1, 0);
  },

  /** Computes for ever, once its death can be noticed. */
  async compute() {
    await arena.ready;
    parentPort.postMessage('computes');
    for (;;);
  },

  /** Starts a worker that is attached, watches it, and stays. */
  async parent() {
    const workerData = { handle, job: 'idle', args: {} };
    const child = new Worker(new URL(import.meta.url), { workerData });
    arena.watch(child);
    await new Promise((resolve) => child.once('message', resolve));
    parentPort.postMessage('child');
    return new Promise(() => {});
  },

  /** Ends by an exception. */
  fail() {
    arena.region().alloc(1000);
    throw new Error('on purpose');
  },

  /** Opens structures and ends with them open. */
  openAndDie({ kernel, names }) {
    for (const name of names) openStructure(arena, logOf(kernel), name, {});
    parentPort.postMessage({ result: arena.participant.slot });
    process.exit(1);
  },

  /** Ends in the middle of creating a structure. */
  createAndDie({ kernel, name }) {
    createStructure(arena, logOf(kernel), { name }, () => process.exit(1));
  },

  /** Calls again and again until the call fails, and says how. */
  untilExpelled({ words }) {
    const region = arena.region();
    const point = region.checkpoint();
    const block = arena.alloc(8);
    parentPort.postMessage({ participant: arena.participant });
    Atomics.wait(words, 0, 0);
    const codeOf = (call) => {
      try {
        call();
      } catch (error) {
        return error.code;
      }
      return 'nothing';
    };
    const codes = [
      codeOf(() => arena.recover()),
      codeOf(() => arena.stats()),
      codeOf(() => arena.region()),
      codeOf(() => arena.alloc(8)),
      codeOf(() => arena.tryAlloc(2 ** 17)),
      codeOf(() => arena.free(block)),
      codeOf(() => region.alloc(8)),
      codeOf(() => region.rewind(point)),
    ];
    arena.detach();
    const again = Arena.attach(handle);
    const { generation } = again.participant;
    again.detach();
    return { codes, generation };
  },
};

parentPort.postMessage('ready');
void arena.ready.then(() => parentPort.postMessage('noticed'));
const result = await jobs[job](args);
arena.detach();
parentPort.postMessage({ result, threadId });
