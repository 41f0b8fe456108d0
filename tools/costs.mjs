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

/** What kernels tell of values, which is not counted. */
function valuesOf(type) {
  return `(func (export "load_val_${type}") (export "store_val_${type}")
    (param i32) (param ${type}) (result ${type}) (local.get 1))`;
}

/**
 * Counts what kernels tell of. They tell of every access, watched or not: this is no JavaScript
 * because a call from wasm to wasm costs a small part of what one to JavaScript does. `$seen` has
 * for each line of an arena the number of the call that was last seen to use it.
 */
const COUNTER = `(module
  (memory $seen 4096)
  (global $watching (export "watching") (mut i32) (i32.const 0))
  (global $call (mut i32) (i32.const 0))
  (global $steps (export "steps") (mut i32) (i32.const 0))
  (global $lines (export "lines") (mut i32) (i32.const 0))
  (func (export "begin")
    (global.set $call (i32.add (global.get $call) (i32.const 1)))
    (global.set $steps (i32.const 0))
    (global.set $lines (i32.const 0)))
  (func $use (param $byte i32) (local $at i32)
    (local.set $at (i32.shl (i32.shr_u (local.get $byte) (i32.const 6)) (i32.const 2)))
    (if (i32.ne (i32.load (local.get $at)) (global.get $call)) (then
      (i32.store (local.get $at) (global.get $call))
      (global.set $lines (i32.add (global.get $lines) (i32.const 1))))))
  (func $access (export "load_ptr") (export "store_ptr")
    (param i32) (param $bytes i32) (param $offset i32) (param $at i32) (result i32)
    (if (global.get $watching) (then
      (global.set $steps (i32.add (global.get $steps) (i32.const 1)))
      (call $use (i32.add (local.get $at) (local.get $offset)))
      (call $use (i32.sub
        (i32.add (i32.add (local.get $at) (local.get $offset)) (local.get $bytes))
        (i32.const 1)))))
    (local.get $at))
  (func (export "copying") (param $to i32) (param $from i32) (param $bytes i32) (local $at i32)
    (loop $next (if (i32.lt_u (local.get $at) (local.get $bytes)) (then
      (drop (call $access (i32.const 0) (i32.const 8) (local.get $at) (local.get $from)))
      (drop (call $access (i32.const 0) (i32.const 8) (local.get $at) (local.get $to)))
      (local.set $at (i32.add (local.get $at) (i32.const 8)))
      (br $next)))))
  (func (export "memory_grow_pre") (export "memory_grow_post")
    (param i32) (param i32) (result i32) (local.get 1))
  ${['i32', 'i64', 'f32', 'f64'].map(valuesOf).join('')})`;

/** An instance of what is written as text. */
function instanceOf(text) {
  const module = binaryen.parseText(text);
  try {
    return new WebAssembly.Instance(new WebAssembly.Module(module.emitBinary()));
  } finally {
    module.dispose();
  }
}

const { watching, steps, lines, begin, ...DOORS } = instanceOf(COUNTER).exports;

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
    begin();
    watching.value = 1;
    try {
      call(world);
    } finally {
      watching.value = 0;
    }
    counts.steps.push(steps.value);
    counts.lines.push(lines.value);
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
