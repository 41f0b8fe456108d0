// Compiles a package's kernel, assembly/index.ts, and checks the bytes that come out.
//
//   node tools/kernel.mjs PACKAGE_DIR                        build/kernel.wasm, the release build,
//                                                            and the numbers of both (numbers.mjs)
//   node tools/kernel.mjs PACKAGE_DIR --mutant N --out FILE  a gated build with seeded bug N
//
// What kernel authors write
//
//   if (isDefined(GATED)) gate(op, at);        only in the gated build; no trace of it in release
//   const X: i32 = isDefined(GATED) ? 4 : 64;  a small constant for the checker; folds in both
//   if (MUTANT == 7) return false;             seeded bug 7; no trace of it in either build
//
// GATED is an i32 constant that exists in the gated build only: test it with `isDefined`, never
// read it. MUTANT is an i32 constant that exists in every build, 0 unless asked for: just compare
// it, in functions only. A build with all mutants (`mutant: 'any'`) has it as a global that it
// exports, 0 until the host sets it. The sources declare neither (tools/assembly.d.ts declares them
// for editors). `isDefined` and comparisons of MUTANT fold in the first `if`, before imports are
// collected. A global must have a constant initializer (one that the compiler cannot fold would
// need a start function).
//
// What is inlined is for speed, and most code is not in a hurry. A package.json may say so:
//
//   "kernel": {
//     "hot": ["get", "put"],             exports that run often, and with them what they call, but
//     "rare": ["memory/region/grow"]     for functions that they seldom reach: parts of their paths
//   }
//
// In the release build a function that is not hot is not copied to where it is called, unless it is
// small or has one caller that is not hot either.
//
// The host imports of the gated build are declared in @x/shm-arena/assembly/ground/env; the module
// of the import is the file's own name, `env`, from whatever package it is imported.
//
// What the gated build exports, beside the kernel's own functions
//
//   asyncify_memory                     a second, private memory: the frames of a suspended call
//   asyncify_start_unwind(data: i32)    called by `env.gate` to suspend; in that memory lie
//                                       [data] u32 top of the frames so far, [data + 4] u32 limit
//   asyncify_stop_unwind()              called by the host when the export has returned
//   asyncify_start_rewind(data: i32)    called by the host before it calls the same export again
//   asyncify_stop_rewind()              called by `env.gate` when it runs again
//   asyncify_get_state(): i32           0 normal, 1 unwinding, 2 rewinding
//
// Only `env.gate` can suspend; the other imports must return (or throw). The frames never touch the
// arena, so an abandoned call is forgotten by dropping its instance, or by asyncify_stop_unwind()
// alone: the instance is then as new, except for its globals.

import { existsSync, readFileSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join, relative, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import asc from 'assemblyscript/asc';
import binaryen from 'assemblyscript/binaryen';
import { writeNumbers } from './numbers.mjs';

const RELEASE_IMPORTS = ['memory'];
const GATED_IMPORTS = ['memory', 'gate', 'plain', 'fail', 'mark', 'fault'];
const MAX_PAGES = 65536;
const FENCE = Buffer.of(0xfe, 0x03);
const ENTRY = 'assembly/index.ts';
/** A function up to this size, in lines of its text, is smaller inlined than called. */
const SMALL = 10;
/** Frames of one suspended call: a page is thousands of locals; deeper is a bug. */
const FRAME_PAGES = 1;
/** What a build with all mutants begins with. */
const CHOSEN = 'mutant.ts';
const CHOICE = '@global export let MUTANT: i32 = 0;';

/**
 * Compiles the kernel of a package.
 *
 * @param {string} packageDir the package's folder
 * @param {object} [options]
 * @param {boolean} [options.gated] the checker's build; default: the release build
 * @param {number | "any"} [options.mutant] the seeded bug, default 0: none; `any`: all, gated only,
 *   and the exported global MUTANT says which
 * @param {boolean} [options.optimize] default true
 * @param {Record<string, number>} [options.constants] more integer constants for the sources
 * @param {Record<string, string>} [options.packages] package name → the folder that its sources are
 *   taken from; default: where Node would find the package
 * @param {(bytes: Uint8Array) => Uint8Array} [options.transform] gated only: rewrites the module as
 *   it comes unoptimized from the compiler (the checker numbers its sites); optimized afterwards
 * @returns {Promise<Uint8Array>} the module, checked
 */
export async function compile(packageDir, options = {}) {
  const { gated = false, mutant = 0, optimize = true, transform } = options;
  const { constants = {}, packages = {} } = options;
  if (transform && !gated) throw new Error('only a gated build can be transformed');
  if (mutant === 'any' && !gated) throw new Error('only a gated build has all mutants');
  const dir = resolve(packageDir);
  const uses = { ...constants };
  if (mutant !== 'any') uses.MUTANT = mutant;
  if (gated) uses.GATED = 1;
  const speeds = gated || !optimize ? undefined : speedsOf(dir);
  let bytes = await runCompiler(dir, optimize && !transform, gated, uses, packages, { speeds });
  if (transform) bytes = transform(bytes);
  if (gated) bytes = asyncify(bytes, optimize, transform !== undefined);
  check(bytes, gated ? GATED_IMPORTS : RELEASE_IMPORTS, gated);
  return bytes;
}

/** What compiles a source that stands in the place of assembly/index.ts, for its constants. */
export function compileEntry(packageDir, gated) {
  return (entry) =>
    compileChanged(packageDir, (name, text) => (name === ENTRY ? entry : text), gated);
}

/**
 * Compiles a package's kernel from sources that `change` has changed; not optimized, not checked.
 *
 * @param {string} packageDir the package's folder
 * @param {(name: string, text: string | null) => string | null} change a source, by the name that
 *   the compiler has for it
 * @param {boolean} [gated] with the constants of the checker's build; default: of the release build
 * @returns {Promise<Uint8Array>} the module
 */
export function compileChanged(packageDir, change, gated = false) {
  const uses = gated ? { MUTANT: 0, GATED: 1 } : { MUTANT: 0 };
  return runCompiler(resolve(packageDir), false, false, uses, {}, { change });
}

/** What the package says of its kernel's speed. */
function speedsOf(dir) {
  const file = join(dir, 'package.json');
  return existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')).kernel : undefined;
}

async function runCompiler(dir, optimize, debug, uses, packages, more) {
  const { change = (_, text) => text, speeds } = more;
  const args = [
    ...('MUTANT' in uses ? [] : [CHOSEN]),
    ENTRY,
    ...['--outFile', 'kernel.wasm', '--runtime', 'stub', '--enable', 'threads', '--enable', 'simd'],
    ...['--importMemory', '--noExportMemory', '--sharedMemory'],
    ...['--initialMemory', '1', '--maximumMemory', String(MAX_PAGES)],
    ...(optimize ? ['-O3', '--converge'] : ['-O0']),
    ...(debug ? ['--debug'] : []),
    ...Object.entries(uses).flatMap(([name, value]) => ['--use', `${name}=${value}`]),
  ];
  let bytes = null;
  const messages = [];
  const out = { write: (text) => void messages.push(text) };
  const { error } = await asc.main(args, {
    stdout: out,
    stderr: out,
    transforms: speeds === undefined ? [] : [afterCompile((module) => outline(module, speeds))],
    readFile: (name) => (name === CHOSEN ? CHOICE : change(name, readSource(dir, name, packages))),
    writeFile: (name, contents) => {
      if (name === 'kernel.wasm') bytes = contents;
    },
    listFiles: () => [],
  });
  const text = messages.join('');
  if (error || bytes === null) {
    throw new Error(`${dir}: the kernel does not compile\n${text}${error?.message ?? ''}`);
  }
  if (text.includes('WARNING')) process.stderr.write(text);
  return bytes;
}

/** A transform of the compiler: what is done with the module before it is optimized. */
function afterCompile(change) {
  return class {
    afterCompile(module) {
      change(module);
    }
  };
}

/** Keeps the functions that are not hot from being inlined. */
function outline(module, speeds) {
  for (const name of notHot(module.emitText(), speeds)) {
    binaryen.setPassArgument('no-inline', name);
    module.runPasses(['no-inline']);
  }
  binaryen.clearPassArguments();
}

/**
 * The functions that are not to be inlined.
 *
 * @param {string} text the module's, before it is optimized
 * @param {{ hot: string[], rare?: string[] }} speeds as in package.json
 */
export function notHot(text, { hot, rare = [] }) {
  const { functions, exports } = functionsOf(text);
  const names = [...functions.keys()];
  const isRare = (name) => rare.some((part) => name.includes(part));
  for (const part of rare) {
    if (!names.some((name) => name.includes(part))) {
      throw new Error(`package.json, kernel.rare: no function has ${part} in its path`);
    }
  }
  const reached = new Set();
  const reach = (name) => {
    if (reached.has(name) || isRare(name)) return;
    reached.add(name);
    functions.get(name)?.calls.forEach(reach);
  };
  for (const name of hot) {
    if (!exports.has(name)) throw new Error(`package.json, kernel.hot: no export is named ${name}`);
    reach(exports.get(name));
  }
  const calls = [...functions.values()].flatMap((made) => made.calls);
  const isShared = (name) => calls.indexOf(name) !== calls.lastIndexOf(name);
  const ofHot = new Set(
    names.filter((name) => reached.has(name)).flatMap((name) => functions.get(name).calls),
  );
  return names.filter(
    (name) =>
      !reached.has(name) && functions.get(name).size > SMALL && (isShared(name) || ofHot.has(name)),
  );
}

/** The functions of a module's text by name, and what each export is. */
function functionsOf(text) {
  const functions = new Map();
  const exports = new Map();
  for (const part of text.split(/\n (?=\()/)) {
    const [, name] = /^\(func \$(\S+)/.exec(part) ?? [];
    const [, outside, inside] = /^\(export "(\w+)" \(func \$([^\s)]+)/.exec(part) ?? [];
    if (outside !== undefined) exports.set(outside, inside);
    if (name === undefined) continue;
    const calls = [...part.matchAll(/\(call \$([^\s)]+)/g)].map(([, called]) => called);
    functions.set(name, { size: part.split('\n').length, calls });
  }
  return { functions, exports };
}

/**
 * Reads a source. The compiler asks for a package's file as node_modules/PACKAGE/... and looks no
 * further; this looks in the folders above too, as Node does, unless `packages` names a folder.
 */
function readSource(dir, name, packages) {
  const [, owner, file] = /^node_modules\/((?:@[^/]+\/)?[^/]+)\/(.*)$/.exec(name) ?? [];
  if (Object.hasOwn(packages, owner ?? '')) {
    const path = resolve(packages[owner], file);
    return existsSync(path) ? readFileSync(path, 'utf8') : null;
  }
  for (let folder = dir; ; folder = dirname(folder)) {
    const path = resolve(folder, name);
    if (existsSync(path)) return readFileSync(path, 'utf8');
    if (!name.startsWith('node_modules/') || folder === dirname(folder)) return null;
  }
}

/** Makes `env.gate` a point where a call can be suspended, with the frames in a second memory. */
function asyncify(bytes, optimize, before) {
  const module = binaryen.readBinaryWithFeatures(bytes, features());
  try {
    binaryen.setPassArgument('asyncify-imports', 'env.gate');
    binaryen.setPassArgument('asyncify-in-secondary-memory', 'true');
    binaryen.setPassArgument('asyncify-secondary-memory-size', String(FRAME_PAGES));
    binaryen.setDebugInfo(true);
    binaryen.setOptimizeLevel(3);
    binaryen.setShrinkLevel(0);
    if (before) module.optimize();
    module.runPasses(['asyncify']);
    module.addMemoryExport('asyncify_memory', 'asyncify_memory');
    if (optimize) module.optimize();
    if (!module.validate()) throw new Error('the gated build is not valid after asyncify');
    return module.emitBinary();
  } finally {
    binaryen.clearPassArguments();
    binaryen.setDebugInfo(false);
    module.dispose();
  }
}

function features() {
  const f = binaryen.Features;
  return (
    f.Atomics |
    f.MutableGlobals |
    f.SignExt |
    f.NontrappingFPToInt |
    f.BulkMemory |
    f.BulkMemoryOpt |
    f.MultiMemory
  );
}

/** Throws when the built bytes break a rule of DESIGN §4. */
export function check(bytes, allowedImports, gated) {
  const problems = [];
  const module = sections(bytes);
  if (module.has(8)) problems.push('there is a start function: a global needs code to initialize');
  if (module.has(11)) problems.push('there is a data segment: a string or static array is used');
  const imports = WebAssembly.Module.imports(new WebAssembly.Module(bytes));
  for (const { module: from, name } of imports) {
    if (from !== 'env' || !allowedImports.includes(name)) {
      problems.push(`it imports ${from}.${name}; allowed: env.{${allowedImports.join(', ')}}`);
    }
  }
  const memory = importedMemory(module.get(2) ?? new Uint8Array());
  if (memory !== null && (!memory.shared || memory.maximum !== MAX_PAGES)) {
    problems.push(
      `env.memory must be shared with at most ${MAX_PAGES} pages, found ${JSON.stringify(memory)}`,
    );
  }
  if (!gated && module.has(5)) problems.push('it has a memory of its own');
  if (!gated && module.has(0)) problems.push('it carries a custom section (names or paths)');
  if (usesFence(bytes)) problems.push('it uses atomic.fence');
  if (problems.length > 0) throw new Error(`the kernel breaks a rule:\n- ${problems.join('\n- ')}`);
}

function usesFence(bytes) {
  // Code without its two bytes has none. Where they are, they may be part of something else.
  if (!Buffer.from(sections(bytes).get(10) ?? []).includes(FENCE)) return false;
  const module = binaryen.readBinaryWithFeatures(bytes, features());
  const text = module.emitText();
  module.dispose();
  return text.includes('atomic.fence');
}

/** The sections of a wasm module by id; the last one where there are several (custom sections). */
function sections(bytes) {
  const found = new Map();
  let at = 8;
  while (at < bytes.length) {
    const id = bytes[at];
    const [size, start] = readU32(bytes, at + 1);
    found.set(id, bytes.subarray(start, start + size));
    at = start + size;
  }
  return found;
}

/** The limits of the memory in an import section; null when a kernel touches none. */
function importedMemory(section) {
  if (section.length === 0) return null;
  let [count, at] = readU32(section, 0);
  for (; count > 0; count--) {
    for (let part = 0; part < 2; part++) {
      const [length, start] = readU32(section, at);
      at = start + length;
    }
    const kind = section[at++];
    if (kind === 0) {
      [, at] = readU32(section, at);
    } else if (kind === 2) {
      const flags = section[at++];
      const [initial, next] = readU32(section, at);
      const maximum = flags & 1 ? readU32(section, next)[0] : null;
      return { initial, maximum, shared: (flags & 2) !== 0 };
    } else {
      return null;
    }
  }
  return null;
}

/** An unsigned LEB128 number and the position behind it. */
function readU32(bytes, at) {
  let value = 0;
  for (let shift = 0; ; shift += 7) {
    const byte = bytes[at++];
    value += (byte & 127) * 2 ** shift;
    if (byte < 128) return [value, at];
  }
}

async function main(args) {
  const [dir] = args;
  const option = (name) => (args.includes(name) ? args[args.indexOf(name) + 1] : undefined);
  if (dir === undefined) throw new Error('usage: node tools/kernel.mjs PACKAGE_DIR');
  const mutant = option('--mutant');
  if (mutant !== undefined) {
    const out = option('--out');
    if (out === undefined) throw new Error('--mutant needs --out FILE');
    await writeFile(out, await compile(dir, { gated: true, mutant: Number(mutant) }));
    return;
  }
  await mkdir(join(dir, 'build'), { recursive: true });
  const bytes = await compile(dir);
  const file = join(dir, 'build', 'kernel.wasm');
  await writeFile(file, bytes);
  console.log(`${relative(process.cwd(), file)}: ${bytes.length} bytes`);
  await writeNumbers(dir, 'build/numbers', compileEntry(dir, false));
  await writeNumbers(dir, 'build/numbers-gated', compileEntry(dir, true));
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  main(process.argv.slice(2)).catch((error) => {
    console.error(error.message);
    process.exitCode = 1;
  });
}
