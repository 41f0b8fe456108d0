// The API report of each public entry: its declarations as users see them, in packages/*/api.
//
//   node tools/api.mjs            writes the reports (`pnpm api`)
//   node tools/api.mjs --check    fails when a report is not what the built package declares
//
// One compiler program has all entries: that is most of what the reports cost.

import { mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';
import { CompilerState, Extractor, ExtractorConfig } from '@microsoft/api-extractor';

const ROOT = resolve(import.meta.dirname, '..');
/** Entries beside each package's index. */
const MORE = {
  'shm-arena': ['codec', 'structure', 'map', 'ordered', 'domain'],
  hamt: ['cache'],
};
/** For users, whose reports have also what declarations name and entries do not export. */
const FOR_USERS = ['index', 'codec', 'cache'];

const COMPILER = {
  ...{ target: 'ES2022', module: 'ESNext', moduleResolution: 'bundler', strict: true },
  ...{ lib: ['ES2024', 'ESNext.Disposable', 'DOM'], types: ['node'], skipLibCheck: true },
};
const silent = { default: { logLevel: 'none' } };

function isPublished(name) {
  const file = join(ROOT, 'packages', name, 'package.json');
  return JSON.parse(readFileSync(file, 'utf8')).private !== true;
}

function configOf(name, entry) {
  const folder = join(ROOT, 'packages', name);
  const reportFolder = join(folder, 'api');
  mkdirSync(reportFolder, { recursive: true });
  return ExtractorConfig.prepare({
    configObjectFullPath: join(folder, 'api-extractor.json'),
    packageJsonFullPath: join(folder, 'package.json'),
    configObject: {
      projectFolder: folder,
      mainEntryPointFilePath: join(folder, 'dist', `${entry}.d.ts`),
      newlineKind: 'lf',
      compiler: { overrideTsconfig: { compilerOptions: COMPILER, files: [`dist/${entry}.d.ts`] } },
      apiReport: {
        enabled: true,
        reportFileName: entry,
        reportFolder,
        reportTempFolder: join(folder, 'build/api'),
        includeForgottenExports: FOR_USERS.includes(entry),
      },
      docModel: { enabled: false },
      dtsRollup: { enabled: false },
      tsdocMetadata: { enabled: false },
      messages: {
        extractorMessageReporting: silent,
        tsdocMessageReporting: silent,
        compilerMessageReporting: { default: { logLevel: 'error' } },
      },
    },
  });
}

const names = readdirSync(join(ROOT, 'packages')).filter(isPublished);
const configs = names.flatMap((name) =>
  ['index', ...(MORE[name] ?? [])].map((entry) => configOf(name, entry)),
);
const compilerState = CompilerState.create(configs[0], {
  additionalEntryPoints: configs.slice(1).map((config) => config.mainEntryPointFilePath),
});
const check = process.argv.includes('--check');
let old = 0;
for (const config of configs) {
  const messageCallback = (message) => {
    if (message.logLevel !== 'error') message.logLevel = 'none';
  };
  const options = { compilerState, localBuild: !check, messageCallback };
  const result = Extractor.invoke(config, options);
  if (result.apiReportChanged) {
    const file = relative(ROOT, config.reportFilePath);
    if (!check) console.log(`${file}: renewed`);
    else console.error(`${file} is not what the built package declares: \`pnpm api\` renews it`);
    old += 1;
  } else if (result.errorCount > 0) process.exitCode = 1;
}
if (check) {
  console.log(`${configs.length - old} passed, ${old} failed`);
  if (old > 0) process.exitCode = 1;
}
