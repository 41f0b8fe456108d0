// The build of a published package: ESM only, one chunk graph (so that two entry points share one
// module instance), types beside it, and the kernel inlined as text.
//
// Where a kernel's text stands is not left to the bundler. An app that makes one structure has two,
// the arena's and the structure's. When they follow each other, and the JavaScript around them is
// cut once, gzip finds the code that both have, and its blocks hold less that is unlike: 1.0 to 2.1
// KB in all (docs/adr/0014-a-kernel-is-text-that-compresses.md). So the arena's text is the last in
// its file, and a structure's is a file of its own, which is imported before all others.

import { readFile, writeFile } from 'node:fs/promises';
import { moduleOf } from './kernel-text.mjs';

const WASM = 'build/kernel.wasm';

/**
 * @param {string[]} entry the entry points below `src/`
 * @returns {import('tsup').Options}
 */
export function library(entry) {
  return {
    entry,
    format: ['esm'],
    target: 'es2022',
    platform: 'neutral',
    splitting: true,
    sourcemap: false,
    clean: true,
    // No package declares anything by Node's types, and to read them took a third of its time.
    dts: { compilerOptions: { types: [] } },
    treeshake: false,
    esbuildOptions(options) {
      // Inlines constants: what bundles the package sees variables, and cannot.
      options.minifySyntax = true;
    },
    esbuildPlugins: [kernels],
  };
}

/**
 * The build of a structure's package.
 *
 * @param {string[]} entry the entry points below `src/`
 * @returns {import('tsup').Options}
 */
export function structure(entry) {
  return {
    ...library(entry),
    esbuildPlugins: [kernelBeside],
    plugins: [{ name: 'kernel first', renderChunk: (code) => ({ code: kernelFirst(code) }) }],
    onSuccess: async () => writeFile('dist/kernel.js', moduleOf(await readFile(WASM))),
  };
}

/** What makes esbuild inline a kernel. */
export const kernels = {
  name: 'kernels',
  setup(build) {
    build.onLoad({ filter: /\.wasm$/ }, async ({ path }) => ({
      contents: moduleOf(await readFile(path)),
    }));
  },
};

/** What makes esbuild leave a kernel to the file beside. */
const kernelBeside = {
  name: 'kernel beside',
  setup(build) {
    build.onResolve({ filter: /\.wasm$/ }, () => ({ path: './kernel.js', external: true }));
  },
};

/** The code of a file with its import of the kernel, if it has one, before all others. */
export function kernelFirst(code) {
  const [line = ''] = /^import [^;]* from "\.\/kernel\.js";\n/m.exec(code) ?? [];
  return line + code.replace(line, '');
}

/** The code of a file with the kernel's text and its decoder, if it has them, behind all else. */
export function kernelLast(code) {
  const both =
    /^function fromText\(.*\n( .*\n)*\}\nfunction \w+\(\) \{\n {2}return fromText\(.*\n\}\n/m;
  const [text] = both.exec(code) ?? [];
  if (text === undefined) return code;
  return code.replace(text, '').replace(/^export \{/m, () => `${text}\nexport {`);
}
