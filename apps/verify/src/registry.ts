// Structures by name (structures/index.ts) or by the path of their file.

import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { structures, toys } from '../structures/index.ts';
import type { Structure } from './structure.ts';

export async function load(name: string): Promise<Structure> {
  const find = structures[name] ?? toys[name];
  const module: unknown = find ? await find() : await import(pathToFileURL(resolve(name)).href);
  return distinct((module as { default: Structure }).default);
}

/** Jobs, seeds and mutants name a scenario: of two with one name the second would never run. */
export function distinct(structure: Structure): Structure {
  const seen = new Set<string>();
  for (const { name } of structure.scenarios) {
    if (seen.has(name)) throw new Error(`${structure.name}: two scenarios are named "${name}"`);
    seen.add(name);
  }
  return structure;
}

export const names = (): string[] => Object.keys(structures);
