// node src/reclaim-graph.ts [FILE]: what each scheme has pending while a writer retires block after
// block, a reader stops at one third and is killed at two thirds; docs/reclaim-memory.svg.

import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { Worker } from 'node:worker_threads';
import { EpochDomain } from '@x/reclaim-epoch';
import { HazardDomain } from '@x/reclaim-hazard';
import { Arena } from '@x/shm-arena';
import { draw } from './graph.ts';

const SAMPLES = 240;
const PER_SAMPLE = 250;
const BLOCK = 32;
const SCALE_KIB = [1, 4, 16, 64, 256, 1024, 4096];

/** One scheme's writer: puts a new value into the cell and retires the old one. */
interface Writer {
  readonly handles: { readonly domain: unknown; readonly cell: unknown };
  write(): void;
  pendingBytes(): number;
}

const WRITERS: Record<string, (arena: Arena) => Writer> = {
  epoch: (arena) => epochWriter(EpochDomain.create(arena, { scheme: 'epoch' })),
  interval: (arena) => epochWriter(EpochDomain.create(arena)),
  'hazard eras': (arena) => hazardWriter(HazardDomain.create(arena)),
  'hazard pointers': (arena) => hazardWriter(HazardDomain.create(arena, { scheme: 'pointers' })),
};

function epochWriter(domain: EpochDomain): Writer {
  const cell = domain.atomic(domain.alloc(BLOCK));
  return {
    handles: { domain: domain.handle, cell: cell.handle },
    write() {
      const guard = domain.pin();
      domain.retire(cell.swap(domain.alloc(BLOCK), guard));
      guard.close();
    },
    pendingBytes: () => domain.stats().pendingBytes,
  };
}

function hazardWriter(domain: HazardDomain): Writer {
  const cell = domain.atomic(domain.alloc(BLOCK));
  return {
    handles: { domain: domain.handle, cell: cell.handle },
    write: () => domain.retire(cell.swap(domain.alloc(BLOCK))),
    pendingBytes: () => domain.stats().pendingBytes,
  };
}

/** Pending bytes of each scheme after every `perSample` retirements. */
export async function measure(
  samples = SAMPLES,
  perSample = PER_SAMPLE,
): Promise<Map<string, number[]>> {
  const series = new Map<string, number[]>();
  for (const [name, make] of Object.entries(WRITERS)) {
    const arena = Arena.create({ bytes: 2 ** 26, participants: 8 });
    series.set(name, await follow(arena, make(arena), samples, perSample));
    arena.detach();
  }
  return series;
}

async function follow(arena: Arena, writer: Writer, samples: number, perSample: number) {
  const found: number[] = [];
  let reader: Worker | undefined;
  for (let sample = 0; sample < samples; sample++) {
    if (sample === Math.floor(samples / 3)) reader = await stopped(arena, writer);
    if (sample === Math.floor((2 * samples) / 3)) {
      await reader!.terminate();
      arena.recover();
    }
    for (let i = 0; i < perSample; i++) writer.write();
    found.push(writer.pendingBytes());
    await undefined; // The end of the turn, for pins that only stand to be found again.
  }
  return found;
}

/** A worker that has protected the present value, and sleeps. */
async function stopped(arena: Arena, { handles }: Writer): Promise<Worker> {
  const words = new Int32Array(new SharedArrayBuffer(8));
  const workerData = { arena: arena.handle, ...handles, words };
  const worker = new Worker(new URL('./reclaim-reader.ts', import.meta.url), { workerData });
  arena.watch(worker);
  await new Promise<void>((resolve, reject) => {
    worker.once('error', reject);
    void Promise.resolve(Atomics.waitAsync(words, 0, 0).value).then(() => resolve());
  });
  return worker;
}

/** The graph: bytes on a logarithmic scale over retirements. */
export function graph(series: ReadonlyMap<string, readonly number[]>, retired: number): string {
  const kib = (n: number): string => (n < 1024 ? `${n} KiB` : `${n / 1024} MiB`);
  return draw({
    title: 'Bytes retired and not free yet',
    across: `${retired.toLocaleString('en')} retired blocks of 64 bytes, one writer`,
    scale: SCALE_KIB.map((n) => [n * 1024, kib(n)]),
    places: [
      [1 / 3, 'a reader stops'],
      [2 / 3, 'it is killed'],
    ],
    lines: new Map(
      [...series].map(([name, values]) => {
        return [name, values.map((bytes, i) => [(i + 1) / values.length, bytes])];
      }),
    ),
  });
}

if (import.meta.main) {
  const usual = fileURLToPath(new URL('../../../docs/reclaim-memory.svg', import.meta.url));
  const file = process.argv[2] ?? usual;
  const series = await measure();
  writeFileSync(file, graph(series, SAMPLES * PER_SAMPLE));
  for (const [name, values] of series) {
    const third = Math.floor(values.length / 3);
    const most = [0, 1, 2].map((i) => Math.max(...values.slice(i * third, (i + 1) * third)));
    console.log(`${name}: most pending bytes ${most.join(', ')} in each third`);
  }
}
