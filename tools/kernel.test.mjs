// Tests of tools/kernel.mjs on a small kernel that uses the real atomics module.
import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { after, before, test } from 'node:test';
import binaryen from 'assemblyscript/binaryen';
import { check, compile, notHot } from './kernel.mjs';

const SOURCE = `
import { load32, store32, cas32 } from '@x/shm-arena/assembly/ground/atomic';

const LIMIT: i32 = isDefined(GATED) ? 4 : 64;

export function limit(): i32 { return LIMIT; }

export function bump(at: usize): u32 {
  for (let i = 0; i < LIMIT; i++) {
    const old = load32(at);
    if (MUTANT == 7) { store32(at, old + 1); return old; }
    if (cas32(at, old, old + 1)) return old;
  }
  return ~0;
}
`;

let dir = '';

before(() => {
  dir = mkdtempSync(join(tmpdir(), 'kernel-'));
  mkdirSync(join(dir, 'node_modules/@x'), { recursive: true });
  symlinkSync(
    resolve(import.meta.dirname, '../packages/shm-arena'),
    join(dir, 'node_modules/@x/shm-arena'),
    'junction',
  );
});

after(() => rmSync(dir, { recursive: true, force: true }));

function kernel(source) {
  mkdirSync(join(dir, 'assembly'), { recursive: true });
  writeFileSync(join(dir, 'assembly/index.ts'), source);
  return dir;
}

function sharedMemory() {
  return new WebAssembly.Memory({ initial: 1, maximum: 65536, shared: true });
}

function gatedImports(memory, gate) {
  const quiet = () => 0;
  return { env: { memory, gate, plain: quiet, fail: quiet, mark: quiet, fault: quiet } };
}

test('the release build imports the memory alone and runs', async () => {
  const module = new WebAssembly.Module(await compile(kernel(SOURCE)));
  assert.deepEqual(WebAssembly.Module.imports(module), [
    { module: 'env', name: 'memory', kind: 'memory' },
  ]);
  const memory = sharedMemory();
  const { exports } = new WebAssembly.Instance(module, { env: { memory } });
  assert.equal(exports.limit(), 64);
  assert.equal(exports.bump(16), 0);
  assert.equal(exports.bump(16), 1);
  assert.equal(new Int32Array(memory.buffer)[4], 2);
});

test('a gated call suspends at every gate and resumes, its frames outside the arena', async () => {
  const module = new WebAssembly.Module(await compile(kernel(SOURCE), { gated: true }));
  const memory = sharedMemory();
  const steps = [];
  let exports = null;
  const gate = (op, at) => {
    if (exports.asyncify_get_state() === 2) return exports.asyncify_stop_rewind();
    steps.push([op, at]);
    new Uint32Array(exports.asyncify_memory.buffer).set([8, 65536]);
    return exports.asyncify_start_unwind(0);
  };
  ({ exports } = new WebAssembly.Instance(module, gatedImports(memory, gate)));
  assert.equal(exports.limit(), 4);
  new Int32Array(memory.buffer)[4] = 41;
  let result = exports.bump(16);
  while (exports.asyncify_get_state() === 1) {
    exports.asyncify_stop_unwind();
    exports.asyncify_start_rewind(0);
    result = exports.bump(16);
  }
  assert.equal(result, 41);
  assert.deepEqual(steps, [
    [0x40, 16],
    [0x46, 16],
  ]);
  const words = [...new Int32Array(memory.buffer)];
  assert.deepEqual(
    words.flatMap((word, i) => (word === 0 ? [] : [[i, word]])),
    [[4, 42]],
  );
});

test('a mutant differs from the gated build, and leaves no trace in it', async () => {
  const plain = await compile(kernel(SOURCE), { gated: true });
  const mutant = await compile(kernel(SOURCE), { gated: true, mutant: 7 });
  const other = await compile(kernel(SOURCE), { gated: true, mutant: 8 });
  assert.notDeepEqual(mutant, plain);
  assert.deepEqual(other, plain);
});

test('a build with all mutants is each of them, as its global says', async () => {
  const bytes = await compile(kernel(SOURCE), { gated: true, mutant: 'any' });
  const steps = [];
  const imports = gatedImports(sharedMemory(), (op) => void steps.push(op));
  const { exports } = new WebAssembly.Instance(new WebAssembly.Module(bytes), imports);
  const opsOf = (mutant) => {
    exports.MUTANT.value = mutant;
    steps.length = 0;
    exports.bump(16);
    return [...steps];
  };
  const [load, cas, store] = [0x40, 0x46, 0x41];
  assert.deepEqual(opsOf(0), [load, cas]);
  assert.deepEqual(opsOf(7), [load, store]);
  assert.deepEqual(opsOf(8), [load, cas]);
  await assert.rejects(compile(dir, { mutant: 'any' }), /only a gated build/);
});

test('a constant can be given to the sources', async () => {
  const bytes = await compile(kernel('export function size(): i32 { return SIZE; }'), {
    constants: { SIZE: 12 },
  });
  const { exports } = new WebAssembly.Instance(new WebAssembly.Module(bytes), {
    env: { memory: sharedMemory() },
  });
  assert.equal(exports.size(), 12);
});

test('a transform sees each source function with its name, and its result is built', async () => {
  const seen = [];
  const transform = (bytes) => {
    const module = binaryen.readBinaryWithFeatures(bytes, binaryen.Features.All);
    for (let i = 0; i < module.getNumFunctions(); i++) {
      seen.push(binaryen.getFunctionInfo(module.getFunctionByIndex(i)).name);
    }
    module.addGlobal('visited', binaryen.i32, true, module.i32.const(5));
    module.addGlobalExport('visited', 'visited');
    return module.emitBinary();
  };
  const bytes = await compile(kernel(SOURCE), { gated: true, transform });
  assert.ok(seen.some((name) => name.endsWith('assembly/ground/atomic/cas32')));
  const { exports } = new WebAssembly.Instance(
    new WebAssembly.Module(bytes),
    gatedImports(sharedMemory(), () => {}),
  );
  assert.equal(exports.visited.value, 5);
  await assert.rejects(compile(dir, { transform }), /only a gated build/);
});

test('a package is found in the folders above, too', async () => {
  const inner = join(kernel(SOURCE), 'inner');
  mkdirSync(join(inner, 'assembly'), { recursive: true });
  writeFileSync(join(inner, 'assembly/index.ts'), SOURCE);
  assert.deepEqual(await compile(inner), await compile(dir));
});

const SPEEDS = `
import { load32, store32 } from '@x/shm-arena/assembly/ground/atomic';

function step(at: usize, by: u32): u32 {
  const sum = load32(at) + by * load32(at + 4) + load32(at + 8);
  store32(at, sum);
  return sum;
}
function slow(at: usize, by: u32): u32 {
  const sum = load32(at + 12) + by * load32(at + 16) + load32(at + 20);
  store32(at + 12, sum);
  return sum;
}

export function get(at: usize): u32 { return step(at, 3) + (at > 64 ? slow(at, 5) : 0); }
export function verify(at: usize): u32 { return slow(at, 7) + slow(at + 64, 9); }
export function repair(at: usize): u32 { return step(at, 2) + slow(at, 11); }
`;

const textOf = (bytes) => {
  const module = binaryen.readBinaryWithFeatures(bytes, binaryen.Features.All);
  const text = module.emitText();
  module.dispose();
  return text;
};

test('what is not hot is called, and what is hot is inlined', async () => {
  const dir = kernel(SPEEDS);
  const manifest = join(dir, 'package.json');
  const all = textOf(await compile(dir));
  writeFileSync(manifest, JSON.stringify({ kernel: { hot: ['get'], rare: ['index/slow'] } }));
  const some = textOf(await compile(dir));
  rmSync(manifest);
  const calls = (text) => text.match(/\(call /g)?.length ?? 0;
  assert.equal(calls(all), 0);
  assert.equal(calls(some), 4);
});

test('a list of hot exports and rare functions names what there is', async () => {
  const text =
    '(module\n (export "get" (func $assembly/index/get))\n (func $assembly/index/get\n ))';
  assert.deepEqual(notHot(text, { hot: ['get'] }), []);
  assert.throws(() => notHot(text, { hot: ['put'] }), /no export is named put/);
  assert.throws(() => notHot(text, { hot: ['get'], rare: ['heap/grow'] }), /no function has heap/);
});

test('a data segment is refused', async () => {
  const text = 'export function name(): usize { return changetype<usize>("text"); }';
  await assert.rejects(compile(kernel(text)), /data segment/);
});

test('a start function is refused', async () => {
  const source = `import { load32 } from '@x/shm-arena/assembly/ground/atomic';
    const first: u32 = load32(8);
    export function read(): u32 { return first; }`;
  await assert.rejects(compile(kernel(source)), /start function/);
});

test('a foreign import is refused', async () => {
  const source = `export declare function log(value: i32): void;
    export function run(): void { log(1); }`;
  await assert.rejects(compile(kernel(source)), /imports index\.log/);
});

test('a fence is refused: by the compiler, and by the check of the bytes', async () => {
  const source = 'export function run(): void { atomic.fence(); }';
  await assert.rejects(compile(kernel(source)), /validate error/);
  const module = new binaryen.Module();
  module.setFeatures(binaryen.Features.All);
  const body = module.atomic.fence();
  module.addFunction('run', binaryen.createType([]), binaryen.none, [], body);
  module.addFunctionExport('run', 'run');
  assert.throws(() => check(module.emitBinary(), ['memory'], false), /uses atomic\.fence/);
});

test('a source that does not compile is reported with its place', async () => {
  await assert.rejects(
    compile(kernel('export function run(): i32 { return nothing; }')),
    /index\.ts\(1,/,
  );
});

test('a memory that is not shared is refused', () => {
  const module = new binaryen.Module();
  module.addMemoryImport('0', 'env', 'memory');
  module.setMemory(1, 2);
  module.addMemoryImport('0', 'env', 'memory');
  assert.throws(() => check(module.emitBinary(), ['memory'], false), /must be shared/);
});
