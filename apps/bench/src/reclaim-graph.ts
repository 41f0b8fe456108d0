// node src/reclaim-graph.ts [FILE]: what each scheme has pending while a writer retires block after
// block, a reader stops at one third and is killed at two thirds; docs/reclaim-memory.svg.

import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { Worker } from 'node:worker_threads';
import { EpochDomain } from '@x/reclaim-epoch';
import { HazardDomain } from '@x/reclaim-hazard';
import { Arena } from '@x/shm-arena';

const SAMPLES = 240;
const PER_SAMPLE = 250;
const BLOCK = 32;

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

// ---- drawing ------------------------------------------------------------------------------------

const WIDTH = 760;
const HEIGHT = 360;
const LEFT = 70;
const TOP = 40;
const RIGHT = 150;
const BOTTOM = 46;
const LEAST = 2 ** 10;
const MOST = 2 ** 22;
const COLOURS = ['#c0392b', '#2471a3', '#b9770e', '#1e8449'];

const across = (share: number): number => LEFT + share * (WIDTH - LEFT - RIGHT);
const up = (bytes: number): number => {
  const share = Math.log2(Math.max(bytes, LEAST) / LEAST) / Math.log2(MOST / LEAST);
  return HEIGHT - BOTTOM - Math.min(share, 1) * (HEIGHT - TOP - BOTTOM);
};

/** The graph: bytes on a logarithmic scale over retirements. */
export function draw(series: Map<string, number[]>, retired: number): string {
  const parts: string[] = [];
  for (let bytes = LEAST; bytes <= MOST; bytes *= 4) {
    const y = up(bytes).toFixed(1);
    const label = bytes < 2 ** 20 ? `${bytes / 1024} KiB` : `${bytes / 2 ** 20} MiB`;
    parts.push(`<path d="M${LEFT} ${y}H${WIDTH - RIGHT}" stroke="#ddd"/>`);
    parts.push(`<text x="${LEFT - 8}" y="${y}" text-anchor="end" dy="4">${label}</text>`);
  }
  for (const [share, label] of [
    [1 / 3, 'a reader stops'],
    [2 / 3, 'it is killed'],
  ] as const) {
    const x = across(share).toFixed(1);
    parts.push(`<path d="M${x} ${TOP}V${HEIGHT - BOTTOM}" stroke="#888" stroke-dasharray="4"/>`);
    parts.push(`<text x="${x}" y="${TOP - 8}" text-anchor="middle">${label}</text>`);
  }
  [...series].forEach(([name, values], index) => {
    const colour = COLOURS[index]!;
    const points = values.map(
      (bytes, i) => `${across((i + 1) / values.length).toFixed(1)},${up(bytes).toFixed(1)}`,
    );
    parts.push(
      `<polyline points="${points.join(' ')}" fill="none" stroke="${colour}" stroke-width="1.5"/>`,
    );
    const y = TOP + 20 + index * 20;
    const x = WIDTH - RIGHT + 14;
    parts.push(`<path d="M${x} ${y}h18" stroke="${colour}" stroke-width="3"/>`);
    parts.push(`<text x="${x + 24}" y="${y}" dy="4">${name}</text>`);
  });
  const middle = across(0.5).toFixed(1);
  parts.push(
    `<text x="${middle}" y="${HEIGHT - 12}" text-anchor="middle">` +
      `${retired.toLocaleString('en')} retired blocks of 64 bytes, one writer</text>`,
  );
  return (
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${HEIGHT}" ` +
    'font-family="sans-serif" font-size="12" fill="#333">\n' +
    '<title>Bytes retired and not free yet</title>\n' +
    `<rect width="${WIDTH}" height="${HEIGHT}" fill="#fff"/>\n${parts.join('\n')}\n</svg>\n`
  );
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const usual = fileURLToPath(new URL('../../../docs/reclaim-memory.svg', import.meta.url));
  const file = process.argv[2] ?? usual;
  const series = await measure();
  writeFileSync(file, draw(series, SAMPLES * PER_SAMPLE));
  for (const [name, values] of series) {
    const third = Math.floor(values.length / 3);
    const most = [0, 1, 2].map((i) => Math.max(...values.slice(i * third, (i + 1) * third)));
    console.log(`${name}: most pending bytes ${most.join(', ')} in each third`);
  }
}
