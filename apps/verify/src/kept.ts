// What full runs have done so far, structure by structure: kept until a source that it depends on
// changes, so that a run can be stopped and resumed.

import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import type { Job, JobResult } from './job.ts';
import { ROOT, sourcesOf } from './kernels.ts';
import type { Structure } from './structure.ts';

const BUILD = resolve(ROOT, 'apps/verify/build');

export class Kept {
  private readonly file: string;
  private readonly key: string;

  constructor(name: string, structure: Structure) {
    this.file = join(BUILD, `full-${name}.json`);
    this.key = fingerprint(name, structure);
  }

  /** Results of `jobs`; those that were cut are to be done again. */
  load(jobs: readonly Job[]): JobResult[] {
    if (!existsSync(this.file)) return [];
    const { key, results } = JSON.parse(readFileSync(this.file, 'utf8')) as {
      key: string;
      results: JobResult[];
    };
    const ids = new Set(jobs.map((job) => job.id));
    return key === this.key ? results.filter((result) => ids.has(result.id)) : [];
  }

  save(results: readonly JobResult[]): void {
    mkdirSync(dirname(this.file), { recursive: true });
    writeFileSync(this.file, JSON.stringify({ key: this.key, results }));
  }

  forget(): void {
    rmSync(this.file, { force: true });
  }
}

/** A hash of the checker, the structure's files and what they share, and its kernels' sources. */
function fingerprint(name: string, structure: Structure): string {
  const hash = createHash('sha256');
  const folders = ['src', 'structures/map', `structures/${name}`];
  const files = folders.flatMap((folder) => filesIn(`apps/verify/${folder}`));
  files.push(`apps/verify/structures/${name}.ts`, 'apps/verify/structures/common.ts');
  for (const folder of Object.values(structure.kernels))
    files.push(...sourcesOf(folder).files.map((file) => relative(ROOT, file)));
  for (const file of new Set(files.sort())) {
    if (existsSync(join(ROOT, file))) hash.update(file).update(readFileSync(join(ROOT, file)));
  }
  return hash.digest('hex').slice(0, 16);
}

function filesIn(folder: string): string[] {
  if (!existsSync(join(ROOT, folder))) return [];
  return (readdirSync(join(ROOT, folder), { recursive: true }) as string[])
    .filter((file) => file.endsWith('.ts'))
    .map((file) => `${folder}/${file}`);
}
