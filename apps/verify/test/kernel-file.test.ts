// A kernel from elsewhere is hunted in every structure that it is linked with, and in no other.

import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { Exploration } from '../src/explore.ts';
import { kernelsOf } from '../src/job.ts';
import { replacementFor } from '../src/kernel-file.ts';
import { ROOT, sourcesOf } from '../src/kernels.ts';
import { load } from '../src/registry.ts';

const folder = mkdtempSync(join(tmpdir(), 'verify-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** A copy of a package's kernel, with `from` replaced in one of its files. */
function copy(name: string, file: string, from: string, to: string): string {
  const path = join(folder, `${name}-elsewhere`);
  for (const part of ['assembly', 'package.json'])
    cpSync(join(ROOT, 'packages', name, part), join(path, part), { recursive: true });
  const source = join(path, 'assembly', file);
  const text = readFileSync(source, 'utf8');
  expect(text).toContain(from);
  writeFileSync(source, text.replace(from, to));
  return path;
}

test('a package folder belongs to all structures that have sources of it', async () => {
  const places: Record<string, string[]> = {
    'packages/shm-arena': [
      ...['skiplist', 'arena', 'reclaim', 'avl', 'sorted-array', 'masstree'],
      ...['hamt', 'cache'],
    ],
    'packages/reclaim-epoch': ['reclaim'],
    'packages/reclaim-hazard': ['reclaim'],
    'packages/avl-batch': ['avl'],
    'packages/sorted-array': ['sorted-array'],
    'packages/masstree': ['masstree'],
    'packages/hamt': ['hamt', 'cache'],
    'apps/verify/test/toys/pool': ['pool'],
  };
  for (const [place, structures] of Object.entries(places)) {
    const path = resolve(ROOT, place);
    expect(await replacementFor(path)).toEqual({ structures, replace: { [place]: path } });
  }
  const one = await replacementFor(join(ROOT, 'packages/shm-arena'), 'avl');
  expect(one.structures).toEqual(['avl']);
  await expect(replacementFor(join(ROOT, 'packages/reclaim-epoch'), 'avl')).rejects.toThrow(
    'no structure has a kernel such as',
  );
  await expect(replacementFor(join(folder, 'nothing'))).rejects.toThrow('there is no');
});

test('what is linked is known from the sources, and what that is linked with', () => {
  const { folders } = sourcesOf('apps/verify/structures/reclaim');
  for (const name of ['shm-arena', 'reclaim-epoch', 'reclaim-hazard'])
    expect(folders).toContain(`packages/${name}`);
  expect(sourcesOf('packages/shm-arena').folders).toEqual(['packages/shm-arena']);
  const hasLimbo = (of: string) => sourcesOf(of).files.some((file) => file.endsWith('/limbo.ts'));
  expect(hasLimbo('packages/reclaim-epoch')).toBe(true);
  expect(hasLimbo('packages/skiplist')).toBe(false);
});

test('a fault in a copy is found where others have its sources inside', async () => {
  // Nobody inherits a lock.
  const path = copy('shm-arena', 'life/lock.ts', 'MUTANT != 8 && isOver(word)', 'false');
  const { structures, replace } = await replacementFor(path);
  expect(structures).toContain('arena');
  const structure = await load('arena');
  const scenario = structure.scenarios.find(({ name }) => name === 'create, create')!;
  const search = async (kernels: ReturnType<typeof kernelsOf>) =>
    new Exploration(structure, await kernels, scenario).run({
      ...{ strategy: 'dfs', preemptions: 0, kills: 1 },
      limit: 300,
    });
  expect((await search(kernelsOf(structure, undefined, replace))).failure).toBeDefined();
  expect((await search(kernelsOf(structure))).failure).toBeUndefined();
}, 120_000);
