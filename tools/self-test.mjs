// Runs the tests of tools/ and prints their counts the way tools/run.mjs reads them.
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { run } from 'node:test';
import { spec } from 'node:test/reporters';

const files = readdirSync(import.meta.dirname).filter((name) => name.endsWith('.test.mjs'));
const counts = { passed: 0, failed: 0 };
const stream = run({ files: files.map((name) => join(import.meta.dirname, name)), concurrency: 2 });
stream.on('test:pass', ({ details }) => {
  if (details.type !== 'suite') counts.passed += 1;
});
stream.on('test:fail', ({ details }) => {
  if (details.type !== 'suite') counts.failed += 1;
});
stream.on('end', () => {
  console.log(`${counts.passed} passed, ${counts.failed} failed`);
  process.exitCode = counts.failed === 0 ? 0 : 1;
});
stream.compose(spec).pipe(process.stdout);
