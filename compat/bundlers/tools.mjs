// The bundlers, each set up for src/page.js or src/node.js as its own guide says first. What it
// needs beyond that stands in words, and the table has them.

import { cpSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { readJson } from '../../tools/pack.mjs';
import { published } from '../../tools/project.mjs';
import { ISOLATED } from '../runtimes/server.mjs';

const require = createRequire(import.meta.url);
const installed = (...path) => join(import.meta.dirname, 'node_modules', ...path);
const page = (script) => `<!doctype html><script type="module" src="${script}"></script>\n`;

/**
 * What is bundled into which folder: for a browser (`page`), or `node`; with an entry for the
 * builder's file, or without.
 * @typedef {{ project: string, out: string, program: 'page' | 'node', builder: boolean }} Order
 */

/** The program and its workers, by the names that they have in the bundle. */
function entries({ project, program, builder }) {
  const names = [program, `${program}-worker`, 'own-builder'];
  const own = Object.fromEntries(names.map((name) => [name, join(project, `src/${name}.js`)]));
  return builder ? { ...own, builder: '@x/avl-batch/builder' } : own;
}

const platformOf = ({ program }) => (program === 'node' ? 'node' : 'browser');

async function esbuild(order) {
  await require('esbuild').build({
    ...{ absWorkingDir: order.project, entryPoints: entries(order), outdir: order.out },
    ...{ bundle: true, format: 'esm', splitting: true, target: 'es2022', logLevel: 'error' },
    platform: platformOf(order),
  });
}

const NAMED = { format: 'es', entryFileNames: '[name].js' };

async function rollup(order) {
  const { rollup: start } = await import('rollup');
  const { default: resolve } = await import('@rollup/plugin-node-resolve');
  const plugins = [resolve({ rootDir: order.project })];
  const bundle = await start({ input: entries(order), external: /^node:/, plugins });
  await bundle.write({ dir: order.out, ...NAMED });
}

async function rolldown(order) {
  const { build } = await import('rolldown');
  const output = { dir: order.out, ...NAMED };
  const platform = platformOf(order);
  await build({ cwd: order.project, input: entries(order), platform, output, logLevel: 'silent' });
}

/** webpack, and Rspack, which takes the same options. */
const packed = (load, more) => (order) => {
  const { project, out, program } = order;
  if (program === 'node') writeFileSync(join(out, 'package.json'), '{ "type": "commonjs" }\n');
  const options = {
    ...{ context: project, mode: 'production', target: program === 'node' ? 'node' : 'web' },
    ...{ entry: { [program]: entries(order)[program] }, ...more },
    output: { path: out, filename: '[name].js' },
  };
  return new Promise((resolve, reject) => {
    load()(options, (error, stats) => {
      const failed = error ?? (stats.hasErrors() && new Error(stats.toString('errors-only')));
      if (failed) reject(failed);
      else resolve();
    });
  });
};
const webpack = (more) => packed(() => require('webpack'), more);
const rspack = packed(() => require('@rspack/core').rspack);

const QUIET = { configFile: false, logLevel: 'error' };

const vite = (name) => async (order) => {
  const { project, out, program } = order;
  const { build } = await import(name);
  if (program === 'page') {
    writeFileSync(join(project, 'index.html'), page('/src/page.js'));
    await build({ root: project, ...QUIET, build: { outDir: out, emptyOutDir: true } });
  } else {
    const rollupOptions = { input: entries(order), output: NAMED };
    const ssr = { noExternal: true };
    await build({ root: project, ...QUIET, ssr, build: { ssr: true, outDir: out, rollupOptions } });
  }
};

/** Vite's server of a page that somebody works on. */
export const viteServer = (name) => async (project) => {
  const { createServer } = await import(name);
  writeFileSync(join(project, 'index.html'), page('/src/page.js'));
  const server = await createServer({
    ...{ root: project, cacheDir: join(project, `.${name}`), ...QUIET },
    server: { host: '127.0.0.1', port: 0, headers: ISOLATED },
    optimizeDeps: { exclude: published().map((dir) => readJson(join(dir, 'package.json')).name) },
  });
  await server.listen();
  const { port } = server.httpServer.address();
  return { origin: `http://127.0.0.1:${port}`, close: () => server.close() };
};

/** ncc copies workers as they are: so each is bundled first, and takes the place of its source. */
async function ncc({ project, out }) {
  const src = join(project, 'ncc');
  cpSync(join(project, 'src'), src, { recursive: true });
  for (const name of ['node-worker', 'own-builder', 'node']) {
    const path = join(src, `${name}.js`);
    const { code, assets } = await require('@vercel/ncc')(path, { quiet: true, cache: false });
    writeFileSync(name === 'node' ? join(out, 'node.js') : path, code);
    for (const [file, { source }] of Object.entries(assets)) writeFileSync(join(out, file), source);
  }
}

const jest = ['--experimental-vm-modules', installed('jest/bin/jest.js'), '--transform={}'];
const ENTRIES = 'an entry for each worker';
const BUILDER = `${ENTRIES}, \`@x/avl-batch/builder\` among them as \`builder\``;
const OPTIMIZED = '`optimizeDeps.exclude`: the names of the packages';
const SSR = `\`ssr.noExternal\`, ${ENTRIES}`;
const WORKER = 'Worker from node:worker_threads';
const PARSED = `\`module.parser.javascript.worker\`: \`${WORKER}\``;
const parsed = { module: { parser: { javascript: { worker: [WORKER] } } } };

/** Those that bundle no workers by themselves. */
const ENTERED = Object.entries({ esbuild, rollup, rolldown }).flatMap(([tool, build]) => [
  { tool, name: tool.replace('rollup', 'Rollup'), needs: ENTRIES, build },
  { tool, name: tool.replace('rollup', 'Rollup'), needs: BUILDER, build },
]);

/**
 * What is tried: `build` writes a bundle; `serve` serves a page; `args` have Node run the sources.
 */
export const SETUPS = [
  ...[
    { tool: 'vite7', name: 'Vite, dev', needs: OPTIMIZED, serve: viteServer('vite7') },
    { tool: 'vite7', name: 'Vite, build', build: vite('vite7') },
    { tool: 'vite8', name: 'Vite, dev', needs: OPTIMIZED, serve: viteServer('vite8') },
    { tool: 'vite8', name: 'Vite, build', build: vite('vite8') },
    { tool: 'webpack', build: webpack() },
    { tool: '@rspack/core', name: 'Rspack', build: rspack },
    ...ENTERED,
  ].map((each) => ({ ...each, program: 'page' })),
  ...[
    { tool: 'vite7', name: 'Vite, SSR', needs: SSR, build: vite('vite7') },
    { tool: 'vite8', name: 'Vite, SSR', needs: SSR, build: vite('vite8') },
    { tool: 'webpack', needs: PARSED, build: webpack(parsed) },
    { tool: '@rspack/core', name: 'Rspack', build: rspack },
    ...ENTERED,
    { tool: '@vercel/ncc', name: 'ncc', needs: 'each worker bundled before', build: ncc },
    {
      tool: 'jest',
      name: 'Jest',
      needs: '`node --experimental-vm-modules`, no transform',
      args: jest,
    },
  ].map((each) => ({ ...each, program: 'node' })),
].map((each) => {
  const { version } = readJson(installed(each.tool, 'package.json'));
  return { name: each.tool, needs: '', ...each, version };
});

/** Builds one into its folder, which is there. */
export async function bundle(setup, project, out) {
  const { build, program, needs } = setup;
  if (program === 'page') writeFileSync(join(out, 'index.html'), page('/page.js'));
  await build({ project, out, program, builder: needs === BUILDER });
}
