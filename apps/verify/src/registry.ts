// Structures by name (structures/index.ts) or by the path of their file.

import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { structures, toys } from '../structures/index.ts';
import type { Structure } from './structure.ts';

export async function load(name: string): Promise<Structure> {
  const find = structures[name] ?? toys[name];
  const module: unknown = find ? await find() : await import(pathToFileURL(resolve(name)).href);
  return (module as { default: Structure }).default;
}

export const names = (): string[] => Object.keys(structures);
