import { readFileSync } from 'node:fs';
import { cpus, platform, release, totalmem } from 'node:os';

/** The line that says where numbers come from. */
export function machineLine(): string {
  const list = cpus();
  const model = list[0]?.model.trim() || 'unknown processor';
  const cache = lastLevelCache();
  const gib = Math.round(totalmem() / 2 ** 30);
  return [
    `${list.length} × ${model}`,
    ...(cache === undefined ? [] : [`last-level cache ${cache}`]),
    `${gib} GiB`,
    `${platform()} ${release().split('-')[0]} ${process.arch}`,
    `Node ${process.versions.node}`,
    `V8 ${process.versions.v8}`,
  ].join(', ');
}

/** The processor's largest cache, where Linux tells. */
function lastLevelCache(): string | undefined {
  for (const index of [3, 2]) {
    try {
      const path = `/sys/devices/system/cpu/cpu0/cache/index${index}/size`;
      return readFileSync(path, 'utf8').trim();
    } catch {
      // Not told here: the next smaller one, or none.
    }
  }
  return undefined;
}

/** The versions of what was compared. */
export function versions(names: readonly string[]): Record<string, string> {
  const found: Record<string, string> = {};
  for (const name of names) {
    const path = new URL(`../node_modules/${name}/package.json`, import.meta.url);
    found[name] = (JSON.parse(readFileSync(path, 'utf8')) as { version: string }).version;
  }
  return found;
}
