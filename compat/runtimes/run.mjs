// Runs the packed packages in every runtime that npm has: Node from the oldest that is supported
// on, Deno, Bun. In each: the kit's contracts of every package with real threads, of Node's kind
// and Web Workers; the programs of the READMEs, imported and required; and a worker terminated in
// every state, noticed in every way there is.
//
//   node compat/runtimes/run.mjs [--only NAME,NAME] [--write]
//
// After a build, with pnpm on the PATH (`pnpm exec`). Fails when a contract does not hold, and when
// what was found is not what results/runtimes.json says; `--write` writes that file instead.

import { execFileSync, spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { parseArgs } from 'node:util';
import { makeProject, problemOf, writePrograms } from '../../tools/project.mjs';
import { bundleAll, DOMAINS, PACKAGES } from './bundle.mjs';

const HERE = import.meta.dirname;
const RESULTS = join(HERE, 'results/runtimes.json');
/** For one program that runs contracts; in Deno some of them are waited for. */
const TIMEOUT_MS = 600_000;

const installed = (...path) => join(HERE, 'node_modules', ...path);
const node = (major) => ({
  name: `Node ${major}`,
  command: [installed(`node${major}`, 'bin/node')],
  web: false,
});
const RUNTIMES = [
  ...[20, 22, 24, 26].map(node),
  { name: 'Deno', command: [installed('deno', 'deno'), 'run', '-A'], web: true },
  { name: 'Bun', command: [installed('bun/bin/bun.exe')], web: true },
];

const { values: options } = parseArgs({
  options: { only: { type: 'string' }, write: { type: 'boolean', default: false } },
});

/** Runs a program that prints a line of JSON for each thing that it tried; they are returned. */
function lines([program, ...args], cwd) {
  const child = spawn(program, args, { cwd, stdio: ['ignore', 'pipe', 'pipe'] });
  const timer = setTimeout(() => child.kill('SIGKILL'), TIMEOUT_MS);
  const [out, errors] = [[], []];
  child.stdout.on('data', (chunk) => out.push(chunk));
  child.stderr.on('data', (chunk) => errors.push(chunk));
  return new Promise((resolve) => {
    child.on('close', (code, signal) => {
      clearTimeout(timer);
      const found = [];
      for (const line of Buffer.concat(out).toString().split('\n')) {
        if (line.startsWith('{')) found.push(JSON.parse(line));
      }
      if (code !== 0) {
        const why = Buffer.concat(errors).toString().slice(-2000);
        found.push({ name: 'the program itself', error: `ended with ${code ?? signal}\n${why}` });
      }
      resolve(found);
    });
  });
}

/** The contracts of one package, counted. */
async function contracts(runtime, project, name, kind) {
  const program = join(project, name, 'test', `${kind}.mjs`);
  const found = await lines(
    [...runtime.command, program, kind === 'web' ? 'threads' : ''],
    project,
  );
  const failures = found.filter(({ error }) => error !== undefined);
  const reasons = found.filter(({ reason }) => reason !== undefined);
  for (const { name: what, error } of failures) {
    console.error(`${runtime.name} ${name} ${kind}: ${what}\n  ${error}`);
  }
  const held = found.length - failures.length - reasons.length;
  return { held, failed: failures.length, ...(reasons.length > 0 && { notTried: reasons.length }) };
}

/** In Deno whether a thread had stopped is chance, and so is what its end leaves. */
const fate = (name) => (death) => {
  const { noticed, stopped, recovered, ...how } = death;
  return name === 'Deno' ? { ...how, noticed } : { ...how, noticed, stopped, recovered };
};

async function runIn(runtime, project, programs) {
  const { name, command, web } = runtime;
  const version = execFileSync(command[0], ['--version'], { encoding: 'utf8' });
  const [number] = /\d+\.\d+\.\d+/.exec(version);
  const result = { runtime: name, version: number, contracts: {}, deaths: [], programs: {} };
  for (const each of PACKAGES) {
    const counts = { worker_threads: await contracts(runtime, project, each, 'node') };
    if (web && !DOMAINS.includes(each)) {
      counts['Web Worker'] = await contracts(runtime, project, each, 'web');
    }
    result.contracts[each] = counts;
    console.log(`${name} ${number} ${each}: ${JSON.stringify(counts)}`);
  }
  result.deaths = (await lines([...command, 'deaths.mjs'], project)).map(fate(name));
  for (const { name: what, error } of result.deaths) {
    if (error !== undefined) console.error(`${name}: ${what}: ${error}`);
  }
  const problems = programs.flatMap((program) => {
    const problem = problemOf(command, project, program);
    return problem === undefined ? [] : [`${name}: ${program.name} ${problem}`];
  });
  for (const problem of problems) console.error(problem);
  result.programs = { ran: programs.length, failed: problems.length };
  console.log(`${name} ${number} programs: ${JSON.stringify(result.programs)}`);
  return result;
}

/** A runtime in which a contract does not hold. How many programs fail is compared with RESULTS. */
function broken({ runtime, contracts: all, deaths }) {
  const failed = Object.values(all).flatMap((kinds) => Object.values(kinds).map((c) => c.failed));
  const count = failed.reduce((sum, n) => sum + n, 0);
  return count + (deaths.length < 6 ? 1 : 0) === 0 ? [] : [runtime];
}

async function main(folder) {
  const project = join(folder, 'project');
  makeProject(project);
  await bundleAll(project);
  const programs = writePrograms(project);
  const names = options.only?.split(',') ?? RUNTIMES.map(({ name }) => name);
  const waiting = RUNTIMES.filter(({ name }) => names.includes(name));
  const found = [];
  const lane = async () => {
    for (let each = waiting.shift(); each !== undefined; each = waiting.shift()) {
      found.push(await runIn(each, project, programs));
    }
  };
  await Promise.all([lane(), lane()]);
  return found.sort((a, b) => order(a.runtime) - order(b.runtime));
}

const order = (name) => RUNTIMES.findIndex((runtime) => runtime.name === name);
/** What must be as it was: not how many contracts there are. */
const kept = ({ runtime, version, deaths, programs: { failed } }) =>
  JSON.stringify({ runtime, version, deaths, failed });
const text = (value) => `${JSON.stringify(value, null, 1)}\n`;

const folder = mkdtempSync(join(tmpdir(), 'runtimes-'));
try {
  const found = await main(folder);
  const failures = found.flatMap(broken);
  const platform = `${process.platform} ${process.arch}`;
  if (options.write && options.only === undefined) {
    mkdirSync(join(HERE, 'results'), { recursive: true });
    writeFileSync(RESULTS, text({ platform, runtimes: found }));
    console.log(`${basename(RESULTS)} is written; now \`node tools/runtimes.mjs --write\``);
  } else {
    const { runtimes: known } = JSON.parse(readFileSync(RESULTS, 'utf8'));
    for (const each of found) {
      const as = known.find(({ runtime }) => runtime === each.runtime);
      if (kept(as) === kept(each)) continue;
      console.error(`${each.runtime}: found other than ${basename(RESULTS)} says\n${text(each)}`);
      failures.push(each.runtime);
    }
  }
  const failed = new Set(failures).size;
  console.log(`${found.length - failed} passed, ${failed} failed`);
  process.exitCode = failed === 0 ? 0 : 1;
} finally {
  rmSync(folder, { recursive: true, force: true });
}
