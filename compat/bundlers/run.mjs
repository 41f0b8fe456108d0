// Bundles a program of two threads and every structure with each bundler, for a browser and for
// Node, from the packed packages, and runs each bundle.
//
//   node compat/bundlers/run.mjs [--only TEXT] [--write]
//
// After a build, with pnpm on the PATH (`pnpm exec`) and Chromium (`pnpm setup:browsers`); with
// SKIP_BROWSERS=1 it runs what is for Node. Fails when what was found is not what
// results/bundlers.json says; `--write` writes that file instead.

import { execFile } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { parseArgs } from 'node:util';
import { readJson } from '../../tools/pack.mjs';
import { makeProject } from '../../tools/project.mjs';
import { missing, withBrowser } from '../runtimes/browser.mjs';
import { serve } from '../runtimes/server.mjs';
import { bundle, SETUPS } from './tools.mjs';

const HERE = import.meta.dirname;
const RESULTS = join(HERE, 'results/bundlers.json');
/** For one bundle to run. */
const TIMEOUT_MS = 120_000;

const { values: options } = parseArgs({
  options: { only: { type: 'string' }, write: { type: 'boolean', default: false } },
});

/** The first line of JSON that Node prints; or all that it says instead. */
function printed(args, cwd) {
  return new Promise((resolve) => {
    const limits = { cwd, timeout: TIMEOUT_MS, encoding: 'utf8' };
    execFile(process.execPath, args, limits, (error, stdout, stderr) => {
      const line = stdout.split('\n').find((each) => each.trim().startsWith('{'));
      if (line !== undefined && error === null) resolve(JSON.parse(line));
      else resolve({ structures: `${stdout}${stderr}`.trim() || String(error) });
    });
  });
}

/** The outcome of a page; or what it says instead. */
async function inPage(browser, origin) {
  const page = await browser.newPage();
  const said = [];
  page.on('pageerror', ({ message }) => said.push(message));
  page.on('requestfailed', (request) => said.push(`not loaded: ${request.url()}`));
  let timer;
  try {
    await page.goto(`${origin}/index.html`, { waitUntil: 'load' });
    const outcome = page.evaluate('globalThis.outcome');
    const late = new Promise((resolve) => {
      timer = setTimeout(resolve, TIMEOUT_MS);
    });
    return (await Promise.race([outcome, late])) ?? { structures: said.join('; ') || 'silent' };
  } finally {
    clearTimeout(timer);
    await page.close();
  }
}

async function outcomeOf(setup, project, out, browser) {
  mkdirSync(out);
  if (setup.build !== undefined) await bundle(setup, project, out);
  if (setup.args !== undefined)
    return printed([...setup.args, `--rootDir=${project}/src`], project);
  if (setup.program === 'node') return printed(['node.js'], out);
  const { origin, close } = await (setup.serve?.(project) ?? serve(out));
  try {
    return await inPage(browser, origin);
  } finally {
    await close();
  }
}

/** Words without what differs from one run, or one version of the packages, to the next. */
const plain = (text, out) =>
  text
    .replaceAll(out, '.')
    .replace(/\. A bundler may.*$/s, '')
    .replace(/\b([0-9a-f]{20}|(?<=chunk-)[A-Z0-9]{8})\b/g, '…');

async function runAll(setups, project, browser) {
  const found = [];
  for (const [n, setup] of setups.entries()) {
    const out = join(project, `out-${n}`);
    const begin = Date.now();
    const said = await outcomeOf(setup, project, out, browser).catch(({ message }) => {
      return { structures: message };
    });
    const words = Object.entries(said).map(([key, text]) => [key, plain(text, out)]);
    const { name, version, program, needs } = setup;
    const result = { name, version, program, needs, ...Object.fromEntries(words) };
    found.push(result);
    const seconds = ((Date.now() - begin) / 1000).toFixed(1);
    const ways = ['structures', 'builder', 'own', 'inline'].map((key) => result[key]).join(' | ');
    console.log(`${name} ${version} ${program}: ${ways}, ${seconds} s`);
  }
  return found;
}

const titleOf = ({ name, version, program, needs }) => [name, version, program, needs].join();
const text = (value) => `${JSON.stringify(value, null, 1)}\n`;

async function main(folder, setups) {
  const project = join(folder, 'project');
  makeProject(project);
  const manifest = join(project, 'package.json');
  writeFileSync(manifest, text({ ...readJson(manifest), type: 'module' }));
  cpSync(join(HERE, 'src'), join(project, 'src'), { recursive: true });
  const run = (browser) => runAll(setups, project, browser);
  return setups.some(({ program }) => program === 'page') ? withBrowser('Chromium', run) : run();
}

const gone = missing().includes('Chromium');
const skips = gone && process.env.SKIP_BROWSERS === '1';
if (skips) console.log('bundles for browsers are not run: SKIP_BROWSERS=1');
const setups = SETUPS.filter(({ name, version, program }) => {
  if (skips && program === 'page') return false;
  return options.only === undefined || `${name} ${version} ${program}`.includes(options.only);
});
if (gone && setups.some(({ program }) => program === 'page')) {
  console.error('Chromium is not installed: `pnpm setup:browsers`, or SKIP_BROWSERS=1');
  process.exit(1);
}
const folder = mkdtempSync(join(tmpdir(), 'bundlers-'));
try {
  const found = await main(folder, setups);
  if (options.write && setups.length === SETUPS.length) {
    writeFileSync(RESULTS, text({ bundlers: found }));
    console.log(`${basename(RESULTS)} is written; now \`node tools/runtimes.mjs --write\``);
  }
  const { bundlers: known } = JSON.parse(readFileSync(RESULTS, 'utf8'));
  const failed = found.filter((each) => {
    const as = known.find((other) => titleOf(other) === titleOf(each));
    const same = as !== undefined && text(as) === text(each);
    if (!same) console.error(`other than ${basename(RESULTS)} says: ${text(each)}`);
    return !same;
  });
  console.log(`${found.length - failed.length} passed, ${failed.length} failed`);
  process.exitCode = failed.length === 0 ? 0 : 1;
} finally {
  rmSync(folder, { recursive: true, force: true });
}
process.exit();
