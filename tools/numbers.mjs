// The numbers of a kernel for JavaScript: every exported constant of assembly/, as the compiler has
// it, file by file. Nobody writes one down twice.
//
//   assembly/map/codes.ts   export const ABSENT: i32 = 32;
//   build/numbers/map/codes.ts   export const ABSENT = 32;      build/numbers-gated: the checker's
//
// node tools/kernel.mjs writes them beside the kernel. 64-bit constants become bigints.

import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { dirname, join, posix } from 'node:path';

const CONSTANT = /^export const (\w+)(?:: (\w+))? =/gm;
const ARENA = '@x/shm-arena/assembly';
const LINKED = /^(?:import|\}) .*from '@x\/shm-arena\/assembly\/([\w/]+)';$/gm;
const NEAR = /^(?:import|\}) .*from '(\.[\w./]+)';$/gm;
const UNSIGNED = { u8: 0xff, u16: 0xffff, u32: 0xffff_ffff, usize: 0xffff_ffff };

/** The constants that a source exports: [name, type]. */
export function constantsOf(source) {
  return [...source.matchAll(CONSTANT)].map(([, name, type]) => [name, type ?? 'i32']);
}

/**
 * Writes the numbers of a package's kernel, and below `arena/` those of the arena's files that it
 * is linked with.
 *
 * @param {string} dir the package's folder
 * @param {string} to the folder for them, below `dir`
 * @param {(entry: string) => Promise<Uint8Array>} compile compiles an entry that is in assembly/
 */
export async function writeNumbers(dir, to, compile) {
  const found = [];
  for (const { file, module, source } of await sourcesOf(dir)) {
    const names = constantsOf(source);
    if (names.length > 0) found.push({ file, module, names });
  }
  const entry = found.map(({ module, names }, n) => {
    const list = names.map(([name]) => `${name} as C${n}_${name}`).join(', ');
    return `export { ${list} } from '${module}';\n`;
  });
  const values = numbersOf(await compile(entry.join('')));
  await rm(join(dir, to), { recursive: true, force: true });
  for (const [n, { file, names }] of found.entries()) {
    const lines = names.map(([name, type]) => {
      const value = values.get(`C${n}_${name}`);
      if (value === undefined) throw new Error(`${file}: ${name} is no constant`);
      return `export const ${name} = ${written(value, type)};\n`;
    });
    const path = join(dir, to, file);
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, lines.join(''));
  }
}

/** The kernel's files, and those of the arena that they import. */
async function sourcesOf(dir) {
  const own = join(dir, 'assembly');
  const names = await readdir(own, { recursive: true });
  const files = names
    .map((name) => name.replaceAll('\\', posix.sep))
    .filter((name) => name.endsWith('.ts') && name !== 'index.ts')
    .sort();
  const sources = [];
  const linked = new Set();
  for (const file of files) {
    const source = await readFile(join(own, file), 'utf8');
    sources.push({ file, module: `./${file.slice(0, -3)}`, source });
    for (const [, name] of source.matchAll(LINKED)) linked.add(name);
  }
  // A set goes on to what is added while it is gone through.
  for (const name of linked) {
    const path = join(dir, 'node_modules', ARENA, `${name}.ts`);
    const source = await readFile(path, 'utf8');
    sources.push({ file: `arena/${name}.ts`, module: `${ARENA}/${name}`, source });
    for (const [, to] of source.matchAll(NEAR)) linked.add(posix.join(posix.dirname(name), to));
  }
  return sources;
}

/** The values of the globals that a module exports. */
function numbersOf(bytes) {
  const module = new WebAssembly.Module(bytes);
  const memory = new WebAssembly.Memory({ initial: 1, maximum: 65536, shared: true });
  const stubs = WebAssembly.Module.imports(module).map(({ name, kind }) => [
    name,
    kind === 'memory' ? memory : () => 0,
  ]);
  const { exports } = new WebAssembly.Instance(module, { env: Object.fromEntries(stubs) });
  const globals = Object.entries(exports).filter(([, it]) => it instanceof WebAssembly.Global);
  return new Map(globals.map(([name, global]) => [name, global.value]));
}

function written(value, type) {
  if (typeof value === 'bigint') return `${type === 'u64' ? BigInt.asUintN(64, value) : value}n`;
  if (type === 'bool') return String(value !== 0);
  return String(type in UNSIGNED ? (value & UNSIGNED[type]) >>> 0 : value);
}
