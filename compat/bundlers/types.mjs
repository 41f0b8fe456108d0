// Compiles a program that takes every public entry of the packed packages, with their types looked
// into (`skipLibCheck: false`), under the oldest TypeScript that we claim and newer ones, with each
// kind of module resolution.
//
//   node compat/bundlers/types.mjs [--only TEXT]
//
// After a build, with pnpm on the PATH (`pnpm exec`).

import { spawnSync } from 'node:child_process';
import { copyFileSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readJson } from '../../tools/pack.mjs';
import { makeProject } from '../../tools/project.mjs';

const HERE = import.meta.dirname;
const [, , , only = ''] = process.argv;

const installed = (...path) => join(HERE, 'node_modules', ...path);
const COMPILERS = ['typescript58', 'typescript60', 'typescript7'];

const STRICT = {
  ...{ strict: true, exactOptionalPropertyTypes: true, skipLibCheck: false, noEmit: true },
  ...{ noUncheckedIndexedAccess: true, isolatedModules: true, target: 'es2022' },
};
const NODE = { lib: ['es2022'], types: ['node'] };
const PROJECTS = {
  'node16, a module': { file: 'program.mts', module: 'node16', ...NODE },
  'nodenext, a module': { file: 'program.mts', module: 'nodenext', ...NODE },
  'nodenext, CommonJS': { file: 'program.cts', module: 'nodenext', ...NODE },
  bundler: { file: 'program.ts', module: 'esnext', moduleResolution: 'bundler', ...NODE },
  'bundler, a page': {
    ...{ file: 'program.ts', module: 'esnext', moduleResolution: 'bundler' },
    ...{ lib: ['es2022', 'esnext.disposable', 'dom'], types: [] },
  },
};

/** What a compiler says of a project; '' when all is well. */
function problemsOf(compiler, project, { file, ...options }) {
  const config = { compilerOptions: { ...STRICT, ...options }, files: [file] };
  writeFileSync(join(project, 'tsconfig.json'), JSON.stringify(config));
  const bin = installed(compiler, 'bin/tsc');
  const { status, stdout, stderr } = spawnSync(process.execPath, [bin, '-p', 'tsconfig.json'], {
    ...{ cwd: project, encoding: 'utf8' },
  });
  return status === 0 ? '' : `${stdout}${stderr}`;
}

const folder = mkdtempSync(join(tmpdir(), 'types-'));
try {
  const project = join(folder, 'project');
  makeProject(project);
  symlinkSync(installed('@types'), join(project, 'node_modules/@types'));
  for (const ending of ['ts', 'mts', 'cts']) {
    copyFileSync(join(HERE, 'types/program.ts'), join(project, `program.${ending}`));
  }
  let [passed, failed] = [0, 0];
  for (const compiler of COMPILERS) {
    const { version } = readJson(installed(compiler, 'package.json'));
    for (const [name, options] of Object.entries(PROJECTS)) {
      const title = `TypeScript ${version}, ${name}`;
      if (!title.includes(only)) continue;
      const problems = problemsOf(compiler, project, options);
      console.log(`${problems === '' ? 'ok  ' : 'FAIL'} ${title}\n${problems}`.trimEnd());
      if (problems === '') passed++;
      else failed++;
    }
  }
  console.log(`${passed} passed, ${failed} failed`);
  process.exitCode = failed === 0 ? 0 : 1;
} finally {
  rmSync(folder, { recursive: true, force: true });
}
