// The soak of all packages as they are shipped: workers on real threads write into one arena by the
// public interface, and are terminated and replaced at random. Each writes down its calls in a
// journal of its own and owns its keys, so it is known what must be there: the effect of every call
// that has ended; of one in flight all or nothing, decided by the time that recovery is over. Now
// and then all stop and everything is compared; in the end of a round nothing may be left over.

import { setTimeout as sleep } from 'node:timers/promises';
import { Worker } from 'node:worker_threads';
import { AvlBatch } from '@x/avl-batch';
import { Masstree } from '@x/masstree';
import { Arena } from '@x/shm-arena';
import { utf8 } from '@x/shm-arena/codec';
import { SkipList } from '@x/skiplist';
import { Random } from '../random.ts';
import { audit, found, type Place, places } from './domains.ts';
import {
  ALLOC,
  apply,
  BATCH,
  BEGUN,
  type Block,
  BUILD,
  batchOf,
  COMMAND,
  CONTROL_BYTES,
  DELETE,
  DISK,
  DONE,
  type DomainHandles,
  FLUSHING,
  FREE,
  GET_OR_INSERT,
  GO,
  IN_TREE,
  IN_TRIE,
  INSERT,
  KEYS,
  keyOf,
  LANES,
  loaded,
  loadOf,
  numberOf,
  OTHER,
  PARK,
  PARKED,
  POP,
  PUSH,
  PUSHED,
  parseKey,
  QUIT,
  RECORD,
  RECORDS,
  RECOVER,
  REPLACE,
  RUNNING,
  SCHEMES,
  SET,
  type Seat,
  STARTING,
  STATE,
  stamp,
  TREE_DELETE,
  TREE_INSERT,
  TREE_SET,
  TRIE_DELETE,
  TRIE_DELETE_RANGE,
  TRIE_INSERT,
  TRIE_LOAD,
  TRIE_SET,
  TRIE_SET_MANY,
  TRUTHS,
  trieNumberOf,
  whole,
} from './protocol.ts';

const FILE = new URL('./worker.ts', import.meta.url);
const BYTES = 48 << 20;
/** What a victim is terminated in; 0: whatever it is at. */
const TARGETS = [0, SET, BATCH, BATCH, BATCH, ALLOC, FREE, OTHER, OTHER, TREE_SET, BUILD, BUILD]
  .concat([REPLACE, PUSH, POP])
  .concat([TRIE_SET, TRIE_DELETE, TRIE_SET_MANY, TRIE_DELETE_RANGE, TRIE_LOAD, TRIE_LOAD]);
/** Longer than anything takes here, also on a machine that is busy with other things. */
const PATIENCE_MS = 60_000;

export interface PackagesSoakOptions {
  seed: number;
  /** It ends after so many seconds, or so many terminations. */
  seconds?: number;
  kills?: number;
  say?: (text: string) => void;
}

export interface PackagesSoakResult {
  rounds: number;
  calls: number;
  terminated: number;
  /** Calls that were cut short, and of those, the ones on keys whose effect was there. */
  inFlight: number;
  landed: number;
  /** Workers that were terminated while they were asked to recover another. */
  rescuers: number;
  compared: number;
  failure?: string;
}

/** Soaks the packages; what is wrong is in `failure`. */
export async function soakPackages(options: PackagesSoakOptions): Promise<PackagesSoakResult> {
  const soak = new PackagesSoak(options);
  try {
    await soak.run();
  } catch (error) {
    const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
    soak.result.failure = `round ${soak.result.rounds} (--seed ${options.seed}): ${text}`;
  } finally {
    await soak.stop();
  }
  return soak.result;
}

/** One worker's place: it is taken by another worker when that one dies. */
class Lane {
  readonly id: number;
  readonly control = new Int32Array(new SharedArrayBuffer(CONTROL_BYTES));
  readonly journal = new Int32Array(new SharedArrayBuffer(RECORDS * RECORD * 4));
  truth = new Int32Array(TRUTHS);
  blocks = new Map<number, Block>();
  next = 1;
  worker: Worker | undefined;
  gone: Promise<unknown> = Promise.resolve();
  error: string | undefined;

  constructor(id: number) {
    this.id = id;
  }

  get alive(): boolean {
    return this.worker !== undefined;
  }
}

/** What a lane is at, for a failure. */
function standing({ id, control, journal }: Lane): string {
  const [begun, done] = [control[BEGUN]!, control[DONE]!];
  const at = begun > done ? `in call ${journal[done * RECORD]}` : 'between calls';
  return `lane ${id} in state ${control[STATE]}, ${done} calls done, ${at}`;
}

class PackagesSoak {
  readonly result: PackagesSoakResult = {
    rounds: 0,
    calls: 0,
    terminated: 0,
    inFlight: 0,
    landed: 0,
    rescuers: 0,
    compared: 0,
  };
  private readonly random: Random;
  private readonly options: PackagesSoakOptions;
  private readonly end: number;
  private readonly arena = Arena.create({ bytes: BYTES, participants: 12 });
  private readonly baseline = this.arena.stats().used;
  private readonly memory = new Int32Array(this.arena.memory.buffer);
  private readonly shared = new Int32Array(new SharedArrayBuffer(4 * (DISK + LANES * KEYS)));
  private lanes: Lane[] = [];
  private list!: SkipList<string, string>;
  private tree!: AvlBatch<string, string>;
  private trie!: Masstree<string, string>;
  private domains: DomainHandles[] = [];
  private places: Place[] = [];
  /** Of each domain, by calls cut short: blocks that may be nobody's, pushed, or popped. */
  private readonly astray = SCHEMES.map(() => ({ lost: 0, pushed: 0, popped: 0 }));
  /** Blocks whose release was cut short. */
  private unsure: number[] = [];
  /** Allocations cut short before they said where: at most so many blocks nobody knows. */
  private unknown = 0;

  constructor(options: PackagesSoakOptions) {
    this.options = options;
    this.random = new Random(options.seed);
    this.end = performance.now() + (options.seconds ?? Number.POSITIVE_INFINITY) * 1000;
  }

  async run(): Promise<void> {
    while (!this.over()) {
      await this.begin();
      for (let stops = 1 + this.random.below(3); stops > 0 && !this.over(); stops--) {
        for (let kills = 3 + this.random.below(8); kills > 0 && !this.over(); kills--)
          await this.death();
        await this.everybodyStops();
        this.compare();
        if (stops > 1) this.command(GO);
      }
      await this.finish();
      this.result.rounds++;
      const { rounds, calls, terminated } = this.result;
      this.options.say?.(`packages: ${rounds} rounds, ${calls} calls, ${terminated} terminated`);
    }
  }

  async stop(): Promise<void> {
    await Promise.all(this.lanes.map((lane) => lane.worker?.terminate()));
    this.arena.detach();
  }

  private over(): boolean {
    const { kills = Number.POSITIVE_INFINITY } = this.options;
    return performance.now() >= this.end || this.result.terminated >= kills;
  }

  // ---- workers

  private async begin(): Promise<void> {
    this.shared.fill(0);
    this.unsure = [];
    this.unknown = 0;
    for (const each of this.astray) each.lost = each.pushed = each.popped = 0;
    this.domains = found(this.arena, this.memory);
    this.places = places(this.arena, this.domains);
    this.lanes = Array.from({ length: LANES }, (_, id) => new Lane(id));
    for (const lane of this.lanes) this.start(lane);
    await this.until('the maps are made', () => this.lanes.some((l) => l.control[STATE] !== 0));
    this.list = SkipList.open<string, string>(this.arena, this.name(), { value: utf8 });
    this.tree = AvlBatch.open<string, string>(this.arena, `tree of ${this.name()}`, {
      value: utf8,
    });
    this.trie = Masstree.open<string, string>(this.arena, this.trieName(), { value: utf8 });
  }

  private trieName(): string {
    return `Masstree of ${this.name()}`;
  }

  private name(): string {
    return `round ${this.result.rounds}`;
  }

  private start(lane: Lane): void {
    lane.control.fill(0);
    lane.control[STATE] = STARTING;
    const seat: Seat = {
      lane: lane.id,
      arena: this.arena.handle,
      list: this.name(),
      tree: `tree of ${this.name()}`,
      trie: this.trieName(),
      domains: this.domains,
      maxBytes: 1 << 20,
      seed: this.random.next(),
      control: lane.control.buffer as SharedArrayBuffer,
      journal: lane.journal.buffer as SharedArrayBuffer,
      shared: this.shared.buffer as SharedArrayBuffer,
      truth: lane.truth,
      blocks: lane.blocks,
      next: lane.next,
    };
    const worker = new Worker(FILE, { workerData: seat });
    this.arena.watch(worker);
    worker.on('error', (error) => {
      lane.error ??= error.stack ?? error.message;
    });
    lane.worker = worker;
    lane.gone = new Promise((resolve) => {
      worker.once('exit', () => {
        if (lane.worker === worker) lane.worker = undefined;
        resolve(undefined);
      });
    });
  }

  private command(command: number): void {
    for (const { control } of this.lanes) {
      Atomics.store(control, COMMAND, command);
      Atomics.notify(control, COMMAND);
    }
  }

  /** Looks again and again, and at whether a worker has found a fault. */
  private async until(what: string, is: () => boolean): Promise<void> {
    const started = performance.now();
    for (let n = 0; !is(); n++) {
      for (const { error } of this.lanes) if (error !== undefined) throw new Error(error);
      if (performance.now() - started > PATIENCE_MS)
        throw new Error(`in vain until ${what}; ${this.lanes.map(standing).join('; ')}`);
      await (n < 50 ? new Promise((resolve) => setImmediate(resolve)) : sleep(1));
    }
  }

  private async terminate(lane: Lane): Promise<void> {
    await lane.worker!.terminate();
    await lane.gone;
    this.result.terminated++;
  }

  // ---- a death

  private async death(): Promise<void> {
    const { random, lanes } = this;
    const victim = lanes[random.below(LANES)]!;
    const { control } = victim;
    // Now and then before it has begun.
    if (random.below(10) > 0) {
      const target = random.below(4) === 0 ? 0 : random.below(400);
      const full = (): boolean => control[STATE] === PARKED;
      await this.until(
        'the victim goes on',
        () => (control[STATE] === RUNNING && control[BEGUN]! >= target) || full(),
      );
      this.aim(victim);
    }
    const dead = [victim];
    await this.terminate(victim);
    const others = lanes.filter((lane) => lane !== victim && lane.control[STATE] !== STARTING);
    const way = random.below(3);
    const helper = others.length > 0 ? others[random.below(others.length)] : undefined;
    if (way === 0 || helper === undefined) this.arena.recover();
    else await this.rescue(helper, way === 2 ? dead : undefined);
    await this.until('nobody is dead', () => {
      if (this.arena.stats().participants.every(({ state }) => state === 'alive')) return true;
      // Someone alive may be at it; who died in it is told by its exit.
      this.arena.recover();
      return false;
    });
    for (const lane of dead) {
      this.settle(lane);
      this.start(lane);
    }
  }

  /** Waits, without giving way, until the victim is in a call of a drawn kind, and a little. */
  private aim({ control, journal }: Lane): void {
    const { random } = this;
    const wanted = TARGETS[random.below(TARGETS.length)]!;
    for (let n = 0; wanted !== 0 && n < 500_000; n++) {
      const begun = Atomics.load(control, BEGUN);
      if (begun > Atomics.load(control, DONE) && journal[(begun - 1) * RECORD] === wanted) break;
    }
    for (let n = random.below(wanted === BATCH ? 60_000 : 15_000); n > 0; n--)
      Atomics.load(control, BEGUN);
  }

  /** Lets another worker recover; with `dead`, that one is terminated meanwhile. */
  private async rescue(helper: Lane, dead: Lane[] | undefined): Promise<void> {
    const { control } = helper;
    Atomics.store(control, RECOVER, 1);
    const asked = control[BEGUN]!;
    if (dead !== undefined) {
      const at = (): boolean => control[BEGUN]! > asked || control[RECOVER] !== 1;
      await this.until('the helper goes on', at);
      for (let n = this.random.below(5000); n > 0; n--) Atomics.load(control, BEGUN);
      await this.terminate(helper);
      this.result.rescuers++;
      dead.push(helper);
    } else await this.until('the helper has recovered', () => control[RECOVER] === 2);
    Atomics.store(control, RECOVER, 0);
  }

  /** Reads the journal of a worker that has ended or stands still. */
  private settle(lane: Lane): void {
    const { control, journal, truth, blocks } = lane;
    const done = control[DONE]!;
    const begun = control[BEGUN]!;
    for (let n = 0; n < begun; n++) {
      const record = journal.subarray(n * RECORD, (n + 1) * RECORD);
      const [op, , number, size] = record as unknown as [number, number, number, number];
      const many = op === BATCH || op === TRIE_SET_MANY || op === TRIE_LOAD;
      lane.next = Math.max(lane.next, number + (many ? size : 1));
      if (n < done) apply(record, truth, blocks);
      else this.inFlight(lane, record);
    }
    this.result.calls += done;
    control[BEGUN] = 0;
    control[DONE] = 0;
    Atomics.compareExchange(this.shared, FLUSHING, lane.id + 1, 0);
    // The next worker of the lane has another queue, and must find what is there.
    this.build();
  }

  /** Applies what waits in the tree. Another may build for long on a busy machine. */
  private build(): void {
    const started = performance.now();
    for (;;) {
      try {
        return this.tree.flushSync();
      } catch (error) {
        const contended = (error as { code?: string }).code === 'CONTENDED';
        if (!contended || performance.now() - started > PATIENCE_MS) throw error;
      }
    }
  }

  /** A call that its thread did not live to finish: what has become of it? */
  private inFlight(lane: Lane, record: Int32Array): void {
    const { truth, blocks } = lane;
    const [op, at, n, bytes] = record as unknown as [number, number, number, number];
    this.result.inFlight++;
    if (op === OTHER || op === BUILD) return;
    if (op === PUSH || op === POP || op === REPLACE) {
      const astray = this.astray[at - PUSHED]!;
      astray.lost++;
      if (op === PUSH) astray.pushed++;
      if (op === POP) astray.popped++;
      return;
    }
    if (op === TRIE_LOAD) return this.loadInFlight(lane, n, bytes);
    if (op === TRIE_SET_MANY || op === TRIE_DELETE_RANGE)
      return this.rowInFlight(lane, at, op === TRIE_SET_MANY ? n : 0, bytes);
    if (at >= IN_TREE && at < IN_TRIE && op !== ALLOC && op !== FREE) this.build();
    if (op === ALLOC) {
      if (at === 0) this.unknown++;
      else {
        blocks.set(at >>> 0, { bytes, stamp: n });
        stamp(this.memory, at >>> 0, { bytes, stamp: n });
      }
    } else if (op === FREE) {
      blocks.delete(at >>> 0);
      this.unsure.push(at >>> 0);
    } else if (op === BATCH) this.batchInFlight(lane, at, n, bytes);
    else {
      const now = this.look(lane, at);
      const after = op === DELETE || op === TREE_DELETE || op === TRIE_DELETE ? 0 : n;
      let may = true;
      if (op === INSERT || op === GET_OR_INSERT) may = this.mayInsert(lane, at) || now === after;
      if (op === TREE_INSERT || op === TRIE_INSERT) may = truth[at] === 0;
      if (now !== truth[at]! && !(may && now === after))
        throw new Error(this.strange('a call in flight', lane, at, now));
      if (now !== truth[at]!) this.result.landed++;
      truth[at] = now;
    }
  }

  /** Entry by entry, in the order of their keys: a beginning has landed. `n` 0: a deletion. */
  private rowInFlight(lane: Lane, at: number, n: number, count: number): void {
    const { truth } = lane;
    let over = false;
    for (let i = 0; i < count; i++) {
      const before = truth[at + i]!;
      const after = n === 0 ? 0 : n + i;
      const now = this.look(lane, at + i);
      if (now !== before && (now !== after || over))
        throw new Error(this.strange('one of many in flight', lane, at + i, now));
      if (before === after) continue;
      // Only a deletion goes key by key; a write of many goes as its lockstep does.
      if (now === before) over = n === 0;
      else this.result.landed++;
      truth[at + i] = now;
    }
  }

  /** All of what was loaded is there, or nothing, or the map is gone. */
  private loadInFlight(lane: Lane, n: number, count: number): void {
    const name = loadOf(this.trieName(), lane.id);
    let own: Masstree<string, string>;
    try {
      own = Masstree.open<string, string>(this.arena, name, { value: utf8 });
    } catch (error) {
      if ((error as { code?: string }).code === 'NAME_UNKNOWN') return;
      throw error;
    }
    const { size } = own;
    const rows = [...own].join();
    if (size !== 0 && (size !== count || rows !== loaded(lane.id, n, count).join()))
      throw new Error(`lane ${lane.id}: of ${count} to be loaded, ${size} are there`);
    const { problems } = own.verify();
    if (problems.length > 0)
      throw new Error(`verify of a load: ${problems.slice(0, 5).join('; ')}`);
    if (size !== 0) this.result.landed++;
    own.destroy();
  }

  private batchInFlight(lane: Lane, key: number, n: number, count: number): void {
    const { truth } = lane;
    const parts = batchOf(key, n, count).map((part) => {
      const before = truth[part.key]!;
      const after = part.type === 'delete' ? 0 : part.n;
      return { ...part, before, after, now: this.look(lane, part.key) };
    });
    for (const { key: k, before, after, now } of parts) {
      if (now !== before && now !== after)
        throw new Error(this.strange('a batch in flight', lane, k, now));
    }
    const telling = parts.filter(
      ({ type, before, after }) => before !== after && (type !== 'insert' || before === 0),
    );
    const landed = telling.filter(({ after, now }) => now === after).length;
    if (landed !== 0 && landed !== telling.length)
      throw new Error(`lane ${lane.id}: of a batch of ${count} from number ${n}, ${landed} landed`);
    if (landed > 0) this.result.landed++;
    for (const { key: k, now } of parts) truth[k] = now;
  }

  // ---- what is there

  /** The number of the value of a key: in its map, or where it was flushed to. */
  private look(lane: Lane, key: number): number {
    if (key >= IN_TRIE) {
      const value = this.trie.get(keyOf(lane.id, key - IN_TRIE));
      return value === undefined ? 0 : trieNumberOf(lane.id, key - IN_TRIE, value);
    }
    if (key >= IN_TREE) {
      const value = this.tree.get(keyOf(lane.id, key - IN_TREE));
      return value === undefined ? 0 : numberOf(lane.id, key - IN_TREE, value);
    }
    const found = this.list.getEntry(keyOf(lane.id, key));
    if (found === undefined) return this.flushed(lane, key);
    return found.tombstone ? 0 : numberOf(lane.id, key, found.value!);
  }

  private flushed(lane: Lane, key: number): number {
    return Atomics.load(this.shared, DISK + lane.id * KEYS + key);
  }

  /** An insert finds no value where there was none, or where it was flushed. */
  private mayInsert(lane: Lane, key: number): boolean {
    const was = lane.truth[key]!;
    return was === 0 || this.flushed(lane, key) === was;
  }

  private strange(what: string, lane: Lane, key: number, now: number): string {
    const where = ['list', 'tree', 'Masstree'][Math.floor(key / KEYS)];
    return (
      `${what}: ${keyOf(lane.id, key % KEYS)} of the ${where} has number ${now}, ` +
      `the last call that ended had written ${lane.truth[key]}`
    );
  }

  private async everybodyStops(): Promise<void> {
    this.command(PARK);
    await this.until('all stand still', () =>
      this.lanes.every(({ control }) => control[STATE] === PARKED),
    );
    for (const lane of this.lanes) this.settle(lane);
  }

  /** While all stand still: everything that has ended is there, and nothing else. */
  private compare(): void {
    const { lanes, list, tree, arena, memory } = this;
    this.result.compared++;
    this.settleReleases();
    for (const lane of lanes) {
      for (let key = 0; key < PUSHED; key++) {
        const now = this.look(lane, key);
        if (now !== lane.truth[key]!) throw new Error(this.strange('compared', lane, key, now));
      }
      for (const [at, block] of lane.blocks)
        if (!whole(memory, at, block)) throw new Error(`the block at ${at} was written by another`);
    }
    let live = 0;
    for (const [text, value] of list) {
      const { lane, key } = parseKey(text);
      const n = numberOf(lane, key, value);
      if (n !== lanes[lane]!.truth[key]) throw new Error(`entries: ${text} has number ${n}`);
      live++;
    }
    if (list.size !== live) throw new Error(`size ${list.size}, but ${live} entries`);
    const stats = list.stats();
    for (const [n, each] of list.frozen().entries()) {
      const counted = each.measure().entries;
      if (counted !== stats.frozen[n]!.entries)
        throw new Error(`a frozen list says ${stats.frozen[n]!.entries} entries, has ${counted}`);
    }
    const sum = stats.frozen.reduce((all, each) => all + each.entries, stats.entries);
    const counted = list.measure().entries;
    if (sum !== counted) throw new Error(`${sum} entries by stats, ${counted} by counting`);
    this.compareTree();
    this.compareTrie();
    for (const i of SCHEMES.keys()) this.compareDomain(i);
    for (const { problems } of [list.verify(), tree.verify(), this.trie.verify(), arena.verify()])
      if (problems.length > 0) throw new Error(`verify: ${problems.slice(0, 5).join('; ')}`);
  }

  private compareTree(): void {
    const { lanes, tree } = this;
    let live = 0;
    for (const [text, value] of tree.entries()) {
      const { lane, key } = parseKey(text);
      const n = numberOf(lane, key, value);
      if (n !== lanes[lane]!.truth[IN_TREE + key])
        throw new Error(`entries of the tree: ${text} has number ${n}`);
      live++;
    }
    if (tree.size !== live) throw new Error(`tree.size ${tree.size}, but ${live} entries`);
    const { waiting } = tree.stats();
    if (waiting !== 0) throw new Error(`${waiting} operations wait behind a build`);
  }

  private compareTrie(): void {
    const { lanes, trie } = this;
    let live = 0;
    for (const [text, value] of trie) {
      const { lane, key } = parseKey(text);
      const n = trieNumberOf(lane, key, value);
      if (n !== lanes[lane]!.truth[IN_TRIE + key])
        throw new Error(`entries of the Masstree: ${text} has number ${n}`);
      live++;
    }
    if (trie.size !== live) throw new Error(`Masstree: size ${trie.size}, but ${live} entries`);
    if (trie.count() !== live) throw new Error(`Masstree: count ${trie.count()}, not ${live}`);
  }

  /** No block of a domain was used anew, or lost from its stack, while somebody could reach it. */
  private compareDomain(i: number): number {
    const length = audit(this.places[i]!, this.domains[i]!, this.memory);
    const { pushed, popped } = this.astray[i]!;
    const sum = this.lanes.reduce((all, { truth }) => all + truth[PUSHED + i]!, 0);
    if (length < sum - popped || length > sum + pushed)
      throw new Error(`${SCHEMES[i]}: ${length} blocks on the stack, ${sum} were pushed`);
    return length;
  }

  /** Releases that were cut short: what is still there goes, if it is not somebody's by now. */
  private settleReleases(): void {
    for (const at of this.unsure) {
      if (this.lanes.some(({ blocks }) => blocks.has(at))) continue;
      this.frees(at);
    }
    this.unsure = [];
  }

  /** Whether a block stood at `at`; it is free then. */
  private frees(at: number): boolean {
    try {
      this.arena.free(at);
      return true;
    } catch (error) {
      if ((error as { code?: string }).code === 'OUT_OF_RANGE') return false;
      throw error;
    }
  }

  // ---- the end of a round

  /** All leave, one perhaps by force; then everything goes, and every page must be free again. */
  private async finish(): Promise<void> {
    const { random, lanes, arena } = this;
    this.command(QUIT);
    if (random.below(2) === 0) {
      const victim = lanes[random.below(LANES)]!;
      for (let n = random.below(200_000); n > 0; n--) Atomics.load(victim.control, STATE);
      if (victim.alive) await this.terminate(victim);
    }
    await Promise.all(lanes.map((lane) => lane.gone));
    for (const { error } of lanes) if (error !== undefined) throw new Error(error);
    arena.recover();
    for (const lane of lanes) this.settle(lane);
    this.compare();
    this.list.destroy();
    this.tree.destroy();
    this.trie.destroy();
    for (const i of SCHEMES.keys()) this.finishDomain(i);
    for (const { blocks } of lanes) for (const at of blocks.keys()) arena.free(at);
    this.sweep();
    if (arena.stats().used !== this.baseline) this.findUnknown();
    const { used, structures, participants } = arena.stats();
    if (used !== this.baseline)
      throw new Error(`${used - this.baseline} bytes of pages are leaked`);
    if (structures.length > 0)
      throw new Error(`${structures[0]!.name} was destroyed, but is there`);
    if (participants.length !== 1) throw new Error(`${participants.length} participants are left`);
    const { problems } = arena.verify();
    if (problems.length > 0) throw new Error(`verify: ${problems.slice(0, 5).join('; ')}`);
  }

  /** Nobody reads: what was retired is free, and no more is missing than calls were cut short. */
  private finishDomain(i: number): void {
    const { domain } = this.places[i]!;
    for (let n = 0; n < 5; n++) domain.collect();
    const length = this.compareDomain(i);
    const { blocks, pendingBlocks } = domain.stats();
    // The register's block, and the two cells.
    const lost = blocks - length - 3;
    if (pendingBlocks !== 0 || lost < 0 || lost > this.astray[i]!.lost)
      throw new Error(
        `${SCHEMES[i]}: ${pendingBlocks} blocks are pending, ${lost} lost, ` +
          `${this.astray[i]!.lost} calls were cut short`,
      );
    domain.destroy();
  }

  /** Lets the arena look for room everywhere: empty pages of those who have left are freed. */
  private sweep(): void {
    this.arena.recover();
    const at = this.arena.tryAlloc(this.arena.stats().free + 1);
    if (at !== 0) this.arena.free(at);
  }

  /** Blocks of allocations that were cut short are nobody's: there are no more than of those. */
  private findUnknown(): void {
    let found = 0;
    for (let at = 0; at < BYTES && found < this.unknown; at += 16) if (this.frees(at)) found++;
    this.sweep();
  }
}
