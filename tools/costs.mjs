// How the cost of each public method grows: steps and cache lines at n and 16 n, counted.
//
//   node tools/costs.mjs            counts and says what grows too much, or has no row
//   node tools/costs.mjs --write    also writes the table of docs/COMPLEXITY.md
//
// A step is an access to the arena's memory by a kernel as it is released; loads and stores, also
// atomic ones, are counted (not the writes of read-modify-write instructions), and of a copy a load
// and a store for each eight bytes. A line is 64 bytes.
// What each method should cost stands in packages/NAME/test/costs.ts, the rule in
// packages/testkit/src/costs.ts.

import { readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import binaryen from 'binaryen';
import { grewTooMuch, TIMES } from '../packages/testkit/src/costs.ts';
import { namesOf } from '../packages/testkit/src/wrong.ts';

const ROOT = resolve(import.meta.dirname, '..');
const DOCUMENT = join(ROOT, 'docs/COMPLEXITY.md');
const MARK = '<!-- costs: written by tools/costs.mjs -->';
/** Entries for users beside a package's index. */
const MORE = { hamt: ['cache'] };
/** The packages that have a table. */
const TABLES = [
  ...['masstree', 'hamt', 'skiplist', 'avl-batch'],
  ...['reclaim-epoch', 'reclaim-hazard', 'shm-arena'],
];

let watching = false;
let steps = 0;
const lines = new Set();

/** Counts an access to `bytes` bytes at `at` + `offset`; what it returns is used as `at`. */
function access(_, bytes, offset, at) {
  if (watching) {
    const first = (at >>> 0) + offset;
    steps++;
    lines.add(Math.floor(first / 64));
    lines.add(Math.floor((first + bytes - 1) / 64));
  }
  return at;
}

/** Counts a copy, which is about to be made. */
function copying(to, from, bytes) {
  for (let at = 0; at < bytes >>> 0; at += 8) {
    access(0, 8, at, from);
    access(0, 8, at, to);
  }
}

const FEATURES = ['Atomics', 'MutableGlobals', 'SignExt', 'NontrappingFPToInt', 'BulkMemory'];

/** What copies in the place of the instruction, in text. */
const COPY_IMPORT = '(import "env" "copying" (func $copying (param i32 i32 i32)))';
const ALL_THREE = '(local.get 0) (local.get 1) (local.get 2)';
const COPY = `(func $copy (param i32 i32 i32)
  (call $copying ${ALL_THREE}) (memory.copy ${ALL_THREE}))`;

/** The module with a call before each load, store and copy. */
function watched(bytes) {
  const features = FEATURES.reduce((all, name) => all | binaryen.Features[name], 0);
  const module = binaryen.readBinaryWithFeatures(new Uint8Array(bytes), features);
  module.runPasses(['instrument-memory']);
  const text = module
    .emitText()
    .replaceAll('(memory.copy', '(call $copy')
    .replace('(module', `(module ${COPY_IMPORT}`)
    .replace(/\)\s*$/, `${COPY})`);
  module.dispose();
  const copies = binaryen.parseText(text);
  try {
    copies.setFeatures(features);
    return copies.emitBinary();
  } finally {
    copies.dispose();
  }
}

const same = (_, value) => value;
const DOORS = {
  copying,
  load_ptr: access,
  store_ptr: access,
  memory_grow_pre: (_, pages) => pages,
  memory_grow_post: (_, pages) => pages,
};
for (const type of ['i32', 'i64', 'f32', 'f64']) {
  DOORS[`load_val_${type}`] = same;
  DOORS[`store_val_${type}`] = same;
}

/**
 * From now on kernels tell of their accesses, and all towers are drawn alike. Call before a package
 * makes its first instance.
 */
export function watchKernels() {
  crypto.getRandomValues = (array) => array.fill(0x5eed);
  const { Module, Instance } = WebAssembly;
  WebAssembly.Module = class extends Module {
    constructor(bytes) {
      super(watched(bytes));
    }
  };
  WebAssembly.Instance = class extends Instance {
    constructor(module, imports) {
      super(module, { env: { ...imports.env, ...DOORS } });
    }
  };
}

function counted(world, { call, before, times = 1, most = false }) {
  const counts = { steps: [], lines: [] };
  for (let i = 0; i < times; i++) {
    before?.(world);
    steps = 0;
    lines.clear();
    watching = true;
    try {
      call(world);
    } finally {
      watching = false;
    }
    counts.steps.push(steps);
    counts.lines.push(lines.size);
  }
  const one = most
    ? (each) => Math.max(...each)
    : (each) => Math.round(each.reduce((all, count) => all + count) / times);
  return { steps: one(counts.steps), lines: one(counts.lines) };
}

/**
 * Counts all rows of a table.
 *
 * @param {import('../packages/testkit/src/costs.ts').CostTable<unknown>} table
 * @returns the counts, and what is wrong, as text
 */
export function measure({ structure, size, worlds, objects, height }) {
  const counts = [];
  const faults = new Set();
  let isFirst = true;
  const own = new Set(objects.map((each) => each.in));
  for (const [name, make] of Object.entries(worlds)) {
    const pair = [make(size), make(size * TIMES)];
    if (height !== undefined) {
      const [low, high] = pair.map(height);
      counts.push({ world: name, values: [low, high] });
      if (high > low + 8) faults.add(`${structure}, ${name}: height ${low} grows to ${high}`);
    }
    for (const { what, of, rows, in: only } of objects) {
      if (only === undefined ? own.has(name) : only !== name) continue;
      if (isFirst) {
        const all = objects.filter((each) => each.what === what).flatMap((each) => each.rows);
        for (const fault of without(what, of(pair[0]), all)) faults.add(fault);
      }
      for (const row of rows) {
        if (row.call === undefined) continue;
        const [small, large] = pair.map((world) => counted(world, row));
        counts.push({ world: name, row, small, large });
        if (Math.max(small.steps, large.steps) > (row.bound ?? Infinity)) {
          faults.add(
            `${what}.${row.names.split(' ')[0]}, ${name}: ${small.steps} and ${large.steps} ` +
              `steps, more than ${row.bound}`,
          );
        }
        for (const unit of ['steps', 'lines']) {
          if (!grewTooMuch(row.grows, small[unit], large[unit])) continue;
          faults.add(
            `${what}.${row.names.split(' ')[0]}, ${name}: ${unit} grow from ${small[unit]} to ` +
              `${large[unit]}; it says ${row.cost}`,
          );
        }
      }
    }
    isFirst = false;
  }
  return { counts, faults: [...faults] };
}

function without(what, object, rows) {
  const named = new Set(rows.flatMap(({ names }) => names.split(' ')));
  const there = namesOf(object);
  there.delete('toJSON'); // Every public object has it.
  return [
    ...[...there].filter((name) => !named.has(name)).map((name) => `${what}.${name}: has no row`),
    ...[...named].filter((name) => !there.has(name)).map((name) => `${what}.${name}: is not there`),
  ];
}

/** What a package says its calls cost. */
export async function tableOf(name) {
  const at = (path) => import(pathToFileURL(join(ROOT, 'packages', path)).href);
  const { costs } = await at(`${name}/test/costs.ts`);
  const entries = ['index', ...(MORE[name] ?? [])].map((entry) => `${name}/dist/${entry}.js`);
  const arena = ['shm-arena/dist/index.js', 'shm-arena/dist/codec.js'];
  const modules = await Promise.all([...arena, ...entries].map(at));
  return costs(Object.assign({}, ...modules));
}

/** A table of the document: for each world what the small and the large one counted. */
function written({ structure, n, size, worlds, about, objects }, counts) {
  const names = Object.keys(worlds);
  const text = [
    `## ${structure}`,
    '',
    `n: ${n}; counted at ${grouped(size)} and at ${grouped(size * TIMES)}.`,
    '',
  ];
  for (const name of names) text.push(`- *${name}*: ${about[name]}`);
  text.push('', `| | costs | ${names.map((name) => `${name}: steps (lines)`).join(' | ')} |`);
  text.push(`|---|---|${names.map(() => '---:').join('|')}|`);
  for (const what of new Set(objects.map((each) => each.what))) {
    text.push(`| **${what}** | |${names.map(() => ' |').join('')}`);
    for (const row of objects.filter((each) => each.what === what).flatMap(({ rows }) => rows)) {
      const cells = names.map((name) => {
        const count = counts.find((each) => each.row === row && each.world === name);
        return count === undefined ? '–' : cell(count);
      });
      const called = row.names
        .split(' ')
        .map((name) => `\`${name}\``)
        .join(', ');
      const note = row.note === undefined ? '' : ` (${row.note})`;
      text.push(`| ${called}${note} | ${row.cost} | ${cells.join(' | ')} |`);
    }
  }
  for (const { world, values } of counts.filter((count) => count.values !== undefined)) {
    text.push(...(world === names[0] ? [''] : []), `Height, ${world}: ${values.join(' and ')}.`);
  }
  return `${text.join('\n')}\n`;
}

function cell({ small, large }) {
  if (small.steps === 0 && large.steps === 0) return '0';
  const change = (unit) => `${grouped(small[unit])} → ${grouped(large[unit])}`;
  return `${change('steps')} (${change('lines')})`;
}

const grouped = (count) => count.toLocaleString('en').replaceAll(',', ' ');

/** What a document says, without what was counted. */
export const withoutCounts = (text) =>
  text.replaceAll(/[\d ]+ → [\d ]+ \([\d ]+ → [\d ]+\)|^Height.*$/gm, '#');

/** Counts everything: what is wrong, and the document's text. */
export async function costs() {
  watchKernels();
  const faults = [];
  const parts = [];
  for (const name of TABLES) {
    const table = await tableOf(name);
    const found = measure(table);
    faults.push(...found.faults);
    parts.push(written(table, found.counts));
  }
  const document = readFileSync(DOCUMENT, 'utf8');
  const head = document.slice(0, document.indexOf(MARK) + MARK.length);
  return { faults, document, text: `${head}\n\n${parts.join('\n')}` };
}

async function main(args) {
  const { faults, document, text } = await costs();
  if (args.includes('--write')) writeFileSync(DOCUMENT, text);
  else if (withoutCounts(document) !== withoutCounts(text)) {
    faults.push('docs/COMPLEXITY.md is not up to date: `pnpm costs --write`');
  }
  for (const fault of faults) console.error(fault);
  if (faults.length > 0) process.exitCode = 1;
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href)
  await main(process.argv.slice(2));
