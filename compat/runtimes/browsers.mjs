// The packed packages in Chromium and Firefox, headless: the kit's contracts on a window's thread,
// which may not block, and in a worker, whose threads the window makes; a worker terminated in
// every way; what a page without isolation, or with a strict policy, is told; a builder in a
// worker; a cache that all fill; and the browser example, whose worker dies at any moment.
//
//   node compat/runtimes/browsers.mjs [--only NAME] [--pages] [--write]
//
// `--pages` leaves out the contracts, which take most of the time.
// After a build, with pnpm on the PATH (`pnpm exec`) and the browsers that `pnpm setup:browsers`
// installs. Without them it fails; with SKIP_BROWSERS=1 it says so and passes.

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { parseArgs } from 'node:util';
import { BROWSERS } from '../../tools/browsers.mjs';
import { makeProject } from '../../tools/project.mjs';
import { missing, withBrowser } from './browser.mjs';
import { bundlePages, DOMAINS, PACKAGES } from './bundle.mjs';
import { serve } from './server.mjs';

const EXAMPLE = join(import.meta.dirname, '../../apps/examples/src/browser/serve.ts');
const RESULTS = join(import.meta.dirname, 'results/browsers.json');

const { values: options } = parseArgs({
  options: {
    only: { type: 'string' },
    pages: { type: 'boolean', default: false },
    write: { type: 'boolean', default: false },
  },
});

/** Runs a module's export in a new page, whose memories go with it. */
async function inPage(browser, url, expression) {
  const page = await browser.newPage();
  try {
    await page.goto(url);
    return await page.evaluate(expression);
  } finally {
    await page.close();
  }
}

const inWindow = (name, part) => `import('/${name}/test/page.mjs').then((m) => m.run('${part}'))`;
const inWorker = (name, part) =>
  `import('/page-maker.mjs').then((m) => m.run('/${name}/test/page.mjs', '${part}'))`;

function counted(browser, name, where, found) {
  const failures = found.filter(({ error }) => error !== undefined);
  const reasons = found.filter(({ reason }) => reason !== undefined);
  for (const { name: what, error } of failures) {
    console.error(`${browser} ${name} ${where}: ${what}\n  ${error}`);
  }
  const held = found.length - failures.length - reasons.length;
  return { held, failed: failures.length, ...(reasons.length > 0 && { notTried: reasons.length }) };
}

/**
 * What one thread does alone, in the window; what several do, in a worker that may block. The suite
 * of reclaimers is of several all along, and is made in both.
 */
async function contracts(browser, runtime, origin) {
  const all = {};
  for (const name of PACKAGES) {
    const run = async (where, expression) => {
      const found = await inPage(browser, `${origin}/`, expression);
      return counted(runtime, name, where, found);
    };
    const part = DOMAINS.includes(name) ? 'threads' : 'alone';
    all[name] = {
      window: await run('window', inWindow(name, part)),
      'Web Worker': await run('Web Worker', inWorker(name, 'threads')),
    };
    console.log(`${runtime} ${name}: ${JSON.stringify(all[name])}`);
  }
  return all;
}

async function deaths(browser, origin) {
  const found = [];
  for (const state of ['idles', 'computes']) {
    for (const told of ['watch', 'probe', 'bury']) {
      const how = JSON.stringify({ state, told });
      const expression = `import('/page-deaths.mjs').then((m) => m.run(${how}))`;
      found.push(await inPage(browser, `${origin}/`, expression));
    }
  }
  return found;
}

const SINGLE = `import('/page-single.mjs').then((m) => m.single())`;
const BUILDS = `import('/page-single.mjs').then((m) => m.builds())`;
const POLICY = "script-src 'self' 'wasm-unsafe-eval'";

/** What pages must say; what they do not. */
async function pages(browser, origin) {
  const problems = [];
  const must = (what, holds, found) => {
    if (!holds) problems.push(`${what}: found ${JSON.stringify(found)}`);
  };
  const page = (query, expression) => inPage(browser, `${origin}/${query}`, expression);
  const whole = await page('', SINGLE);
  must('an isolated page', whole.sound && whole.values.join() === '1,2,3,4', whole);
  const plain = await page('?plain', SINGLE);
  must('a page that is not isolated, by itself', plain.sound && plain.values.length === 4, plain);
  must('its handle', plain.handle?.code === 'NOT_ISOLATED', plain);
  const strict = await page("?csp=script-src 'self'", SINGLE);
  must('a strict policy', strict.error?.code === 'UNSUPPORTED', strict);
  must('its words', strict.error?.message.includes("'wasm-unsafe-eval'"), strict);
  const allowed = await page(`?csp=${POLICY}`, SINGLE);
  must('a policy that allows WebAssembly', allowed.sound === true, allowed);
  for (const query of ['', `?csp=${POLICY}`]) {
    const built = await page(query, BUILDS);
    must(`a builder in a worker ${query}`, built.outcome === 'done' && built.size === 2, built);
    must('the slot of a builder that was stopped', built.participants === 1, built);
  }
  for (const waitAsync of [true, false]) {
    const filled = await page('', `import('/page-cache.mjs').then((m) => m.run(${waitAsync}))`);
    const what = `a cache that all fill, waitAsync ${waitAsync}`;
    must(
      `${what}: one load of each`,
      filled.loads.every((loads) => loads === 1),
      filled,
    );
    must(
      `${what}: what they have`,
      filled.sums.every((sum) => sum === 190),
      filled,
    );
    must(`${what}: a load that died`, filled.succeeded === 7 && filled.sound, filled);
  }
  return problems;
}

/** When Kill is clicked, in milliseconds: before the worker is attached, while it is, at work. */
const MOMENTS = [0, 20, 50, 80, 120, 160, 200, 250, 300, 400, 700, 1500];
/** For the example's page to say what became of its worker. */
const FATE_MS = 15_000;
const FATES =
  /^(recovered 1 thread; verify: clean|the worker was not attached|.* its slot is lost)/;

/** The browser example: its worker is terminated at moments that begin at its first. */
async function example(browser) {
  const server = spawn(process.execPath, [EXAMPLE, '0'], { stdio: ['ignore', 'pipe', 'inherit'] });
  try {
    const [line] = await once(server.stdout, 'data');
    const problems = [];
    let recovered = 0;
    for (const ms of MOMENTS) {
      const page = await browser.newPage();
      await page.goto(line.toString().trim());
      const said = await page.evaluate(killed, ms, FATE_MS);
      console.log(`the example, killed after ${ms} ms: ${said}`);
      if (!FATES.test(said)) problems.push(`the example, killed after ${ms} ms: ${said}`);
      await page.close();
      if (said.startsWith('recovered')) recovered++;
    }
    if (recovered === 0) problems.push('the example: no worker was recovered');
    return problems;
  } finally {
    server.kill();
  }
}

/** Runs in the page: the text that it ends with. */
async function killed(ms, patience) {
  const pause = (time) => new Promise((resolve) => setTimeout(resolve, time));
  const text = (id) => document.getElementById(id).textContent;
  await pause(ms);
  document.getElementById('kill').click();
  for (let waited = 0; waited < patience; waited += 50) {
    await pause(50);
    if (text('report') !== '' && text('report') !== 'the worker is ending') break;
  }
  return text('report');
}

async function main(folder) {
  const project = join(folder, 'project');
  makeProject(project);
  await bundlePages(project);
  const { origin, close } = await serve(project);
  const found = [];
  const names = Object.keys(BROWSERS).filter((name) => (options.only ?? name) === name);
  for (const runtime of names) {
    found.push(
      await withBrowser(runtime, async (browser) => {
        const [version] = /[\d.]+\d/.exec(await browser.version());
        const problems = [...(await pages(browser, origin)), ...(await example(browser))];
        for (const problem of problems) console.error(`${runtime}: ${problem}`);
        const result = { runtime, version, pages: { failed: problems.length } };
        result.deaths = await deaths(browser, origin);
        if (!options.pages) result.contracts = await contracts(browser, runtime, origin);
        return result;
      }),
    );
  }
  close();
  return found;
}

const failuresOf = ({ contracts: all = {}, pages: { failed } }) =>
  Object.values(all)
    .flatMap(Object.values)
    .reduce((sum, each) => sum + each.failed, failed);

/** What must be as it was: neither the version, which Debian raises, nor the contracts' number. */
const kept = ({ runtime, deaths: ways }) => JSON.stringify({ runtime, ways });

const gone = missing().filter((name) => (options.only ?? name) === name);
if (gone.length > 0 && process.env.SKIP_BROWSERS === '1') {
  console.log(`not run: ${gone.join(', ')} not installed, and SKIP_BROWSERS=1`);
} else if (gone.length > 0) {
  console.error(`${gone.join(', ')} not installed: \`pnpm setup:browsers\`, or SKIP_BROWSERS=1`);
  process.exitCode = 1;
} else {
  const folder = mkdtempSync(join(tmpdir(), 'browsers-'));
  try {
    const found = await main(folder);
    if (options.write && !options.pages) {
      writeFileSync(RESULTS, `${JSON.stringify({ runtimes: found }, null, 1)}\n`);
      console.log(`${basename(RESULTS)} is written; now \`node tools/runtimes.mjs --write\``);
    }
    const { runtimes: known } = JSON.parse(readFileSync(RESULTS, 'utf8'));
    const failed = found.filter((each) => {
      const as = known.find(({ runtime }) => runtime === each.runtime);
      const same = as !== undefined && kept(as) === kept(each);
      if (!same) console.error(`${each.runtime}: deaths other than ${basename(RESULTS)} says`);
      return failuresOf(each) > 0 || !same;
    });
    console.log(`${found.length - failed.length} passed, ${failed.length} failed`);
    process.exitCode = failed.length === 0 ? 0 : 1;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
