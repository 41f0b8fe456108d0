// `npm start` and `npm test`: everything from a fresh clone on, with only Node >= 20 and npm.
//
//   node tools/run.mjs start    installs and builds what the tour of apps/examples needs, and runs
//                               it with the arguments that follow
//   node tools/run.mjs test     installs all, and goes on with
//   node tools/run.mjs checks   builds all, runs every check and test; under `pnpm exec`
//
// Plain JavaScript for Node 20 without dependencies: it runs before anything is installed. All that
// follows the installation runs under the Node that the workspace pins, because pnpm puts
// node_modules/.bin first into the PATH. It does so once for all checks: npx and pnpm compute more
// than a second before they run anything. What is up to date is for pnpm and turbo to decide, from
// the lockfile and from hashes of the files; both are quick when nothing has changed.
//
// A step may print a line `N passed, N failed`: then these count, else the step counts as one.

import { spawn } from 'node:child_process';
import { existsSync, readFileSync, rmSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = resolve(dirname(fileURLToPath(import.meta.url)), '..');
const PNPM = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')).packageManager;
// `--` keeps npx from reading pnpm's options as its own.
const NPX = ['--yes', '--loglevel=error', '--progress=false', '--'];
/** Where vitest leaves its report. */
const REPORT = join(ROOT, 'build/test-report.json');
const COUNTS = /^(\d+) passed, (\d+) failed$/;

const INSTALL = ['install', '--frozen-lockfile'];
/** The tour and the packages that it imports; the tools of the root build them. */
const TOUR = ['shm-collections', '@x/examples...'].flatMap((name) => ['--filter', name]);

/**
 * What `npm test` runs when everything is built; each runs even if an earlier one failed. Two run
 * at a time: where one waits, as tests of threads often do, the other one goes on. So the longest
 * is the first.
 */
const CHECKS = [
  { name: 'unit tests', command: ['vitest', 'run'], reports: true },
  { name: 'types', command: ['tsc', '-p', 'tsconfig.json'] },
  { name: 'types of compat', command: ['tsc', '-p', 'compat/runtimes'] },
  { name: 'format and lint', command: ['biome', 'check', '--diagnostic-level=error', '.'] },
  { name: 'protocols', command: ['node', 'tools/protocols.mjs', '--check'] },
  { name: 'API reports', command: ['node', 'tools/api.mjs', '--check'] },
  { name: 'tarballs', command: ['node', 'tools/tarballs.mjs'] },
  { name: 'packed programs', command: ['node', 'tools/packed.mjs'] },
  { name: 'tools', command: ['node', 'tools/self-test.mjs'] },
  { name: 'verify', command: ['node', 'apps/verify/src/cli.ts'] },
];

const pnpm = (...args) => ['npx', ...NPX, PNPM, ...args];

const QUIET = ['--log-prefix=none', '--output-logs=new-only'];
const build = (...options) => ['turbo', 'run', 'build', ...QUIET, ...options];

/**
 * Runs a command. Resolves to the exit code and the counts it printed. What it prints goes to
 * `write`; without it the terminal is handed over, so that the program can draw.
 */
function run([program, ...args], write) {
  const env = {
    // What Node loads is compiled, and stripped of its types, once for all processes and threads.
    ...{ NODE_COMPILE_CACHE: join(ROOT, 'build/compile'), ...process.env },
    ...{ TURBO_TELEMETRY_DISABLED: '1', DO_NOT_TRACK: '1' },
  };
  const child = spawn(program, args, {
    cwd: ROOT,
    env,
    stdio: write === undefined ? 'inherit' : ['inherit', 'pipe', 'pipe'],
    shell: process.platform === 'win32',
  });
  const counts = { passed: 0, failed: 0, found: false };
  let rest = '';
  child.stderr?.on('data', write);
  child.stdout?.on('data', (chunk) => {
    write(chunk);
    const lines = (rest + chunk).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) addCounts(counts, line);
  });
  return new Promise((done) => {
    child.on('error', (error) => {
      console.error(`${program} cannot be run: ${error.message}`);
      done({ code: 1, counts });
    });
    child.on('close', (code) => {
      addCounts(counts, rest);
      done({ code: code ?? 1, counts });
    });
  });
}

const show = (chunk) => process.stdout.write(chunk);

function addCounts(counts, line) {
  const match = COUNTS.exec(line.trim());
  if (match === null) return;
  counts.found = true;
  counts.passed += Number(match[1]);
  counts.failed += Number(match[2]);
}

/** What vitest's report counts. */
function readReport() {
  if (!existsSync(REPORT)) return { passed: 0, failed: 0, found: false };
  const { numPassedTests, numFailedTests } = JSON.parse(readFileSync(REPORT, 'utf8'));
  return { passed: numPassedTests, failed: numFailedTests, found: true };
}

async function mustPass(name, command) {
  heading(name);
  const { code } = await run(command, show);
  if (code === 0) return;
  console.log(`\n${name}: failed, exit code ${code}`);
  console.log('0 passed, 1 failed');
  process.exit(1);
}

function heading(name) {
  console.log(`\n== ${name}`);
}

async function start() {
  await mustPass('install', pnpm(...INSTALL, ...TOUR));
  await mustPass('build', pnpm('exec', ...build('--filter=@x/examples...')));
  heading('tour');
  const args = ['-C', 'apps/examples', 'run', 'tour', ...process.argv.slice(3)];
  process.exitCode = (await run(pnpm(...args))).code;
}

/** Runs one check; returns its counts. A step that fails has at least one failure. */
async function runCheck({ command, reports }, write) {
  if (reports) rmSync(REPORT, { force: true });
  const { code, counts } = await run(command, write);
  const { passed, failed, found } = reports ? readReport() : counts;
  if (code !== 0 || (reports && !found)) return { passed, failed: Math.max(failed, 1) };
  return found ? { passed, failed } : { passed: 1, failed: 0 };
}

/** Runs all checks, two at a time; what each prints is shown when it is done. */
async function runChecks() {
  const waiting = [...CHECKS];
  const rows = [];
  const lane = async () => {
    for (let check = waiting.shift(); check !== undefined; check = waiting.shift()) {
      const chunks = [];
      const begin = Date.now();
      console.log(`\n${check.name}: begun`);
      const counts = await runCheck(check, (chunk) => void chunks.push(chunk));
      rows.push({ name: check.name, seconds: (Date.now() - begin) / 1000, ...counts });
      heading(check.name);
      for (const chunk of chunks) show(chunk);
    }
  };
  await Promise.all([lane(), lane()]);
  return rows;
}

async function test() {
  await mustPass('install', pnpm(...INSTALL));
  process.exitCode = (await run(pnpm('exec', 'node', 'tools/run.mjs', 'checks'))).code;
}

async function checks() {
  await mustPass('build', build());
  const rows = await runChecks();
  heading('summary');
  for (const { name, passed, failed, seconds } of rows) {
    const counts = `${passed} passed, ${failed} failed`;
    console.log(
      `${failed === 0 ? 'ok  ' : 'FAIL'} ${name.padEnd(18)} ${counts}, ${seconds.toFixed(1)} s`,
    );
  }
  const sum = (key) => rows.reduce((total, row) => total + row[key], 0);
  console.log(`\n${sum('passed')} passed, ${sum('failed')} failed`);
  process.exitCode = sum('failed') === 0 ? 0 : 1;
}

const command = { start, test, checks }[process.argv[2]];
if (command === undefined) {
  console.error('usage: node tools/run.mjs start|test|checks');
  process.exitCode = 1;
} else {
  await command();
}
