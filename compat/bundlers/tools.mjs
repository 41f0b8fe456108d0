// The bundlers, each set up for src/page.js or src/node.js as its own guide says first. What it needs
// beyond that stands in words, and the table has them.

import { writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { published } from '../../tools/project.mjs';
import { readJson } from '../../tools/pack.mjs';
import { ISOLATED } from '../runtimes/server.mjs';

const require = createRequire(import.meta.url);
const installed = (...path) => join(import.meta.dirname, 'node_modules', ...path);
const page = (script) => `<!doctype html><script type="module" src="${script}"></script>\n`;

/**
 * Where a bundle is made of what, for `page` (a browser) or `node`.
 * @typedef {{ project: string, out: string, program: 'page' | 'node' }} Order
 */

/** The program and its workers, by the names that they have in the bundle. */
const entries = ({ project, program }) =>
  Object.fromEntries(
    [program, `${program}-worker`, 'own-builder'].map((name) => {
      return [name, join(project, `src/${name}.js`)];
    }),
  );

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
const viteServer = (name) => async (project) => {
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

async function ncc(order) {
  const options = { quiet: true, cache: false };
  const { code, assets } = await require('@vercel/ncc')(entries(order).node, options);
  writeFileSync(join(order.out, 'node.js'), code);
  for (const [name, { source }] of Object.entries(assets)) {
    writeFileSync(join(order.out, name), source);
  }
}

const jest = ['--experimental-vm-modules', installed('jest/bin/jest.js'), '--transform={}'];
const ENTRIES = 'an entry for each worker';
const OPTIMIZED = '`optimizeDeps.exclude`: the names of the packages';

/**
 * What is tried: `build` writes a bundle; `serve` serves a page; `args` have Node run the sources.
 */
export const SETUPS = [
  { tool: 'vite7', name: 'Vite, dev', needs: OPTIMIZED, serve: viteServer('vite7') },
  { tool: 'vite7', name: 'Vite, build', needs: '', build: vite('vite7') },
  { tool: 'vite8', name: 'Vite, dev', needs: OPTIMIZED, serve: viteServer('vite8') },
  { tool: 'vite8', name: 'Vite, build', needs: '', build: vite('vite8') },
  { tool: 'webpack', name: 'webpack', needs: '', build: webpack() },
  { tool: '@rspack/core', name: 'Rspack', needs: '', build: rspack },
  { tool: 'esbuild', name: 'esbuild', needs: ENTRIES, build: esbuild },
  { tool: 'rollup', name: 'Rollup', needs: ENTRIES, build: rollup },
  { tool: 'rolldown', name: 'rolldown', needs: ENTRIES, build: rolldown },
  ...[
    { tool: 'vite7', name: 'Vite, SSR', needs: `\`ssr.noExternal\`; ${ENTRIES}`, build: vite('vite7') },
    { tool: 'vite8', name: 'Vite, SSR', needs: `\`ssr.noExternal\`; ${ENTRIES}`, build: vite('vite8') },
    { tool: 'webpack', name: 'webpack', needs: '', build: webpack() },
    { tool: '@rspack/core', name: 'Rspack', needs: '', build: rspack },
    { tool: 'esbuild', name: 'esbuild', needs: ENTRIES, build: esbuild },
    { tool: 'rollup', name: 'Rollup', needs: ENTRIES, build: rollup },
    { tool: 'rolldown', name: 'rolldown', needs: ENTRIES, build: rolldown },
    { tool: '@vercel/ncc', name: 'ncc', needs: '', build: ncc },
    { tool: 'jest', name: 'Jest', needs: '`node --experimental-vm-modules`, no transform', args: jest },
  ].map((each) => ({ ...each, program: 'node' })),
].map((each) => ({ program: 'page', ...each, version: versionOf(each.tool) }));

function versionOf(tool) {
  return readJson(installed(tool, 'package.json')).version;
}

/** Builds one into its folder. */
export async function bundle({ build, program }, project, out) {
  if (program === 'page') writeFileSync(join(out, 'index.html'), page('/page.js'));
  await build({ project, out, program });
}
