// What the examples have printed, as it is kept beside them.

import { globSync, readFileSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';

const ROOT = resolve(import.meta.dirname, '../../../..');
const FOLDER = join(ROOT, 'apps/examples/results');
const read = (path) => JSON.parse(readFileSync(path, 'utf8'));

export default {
  watch: [join(FOLDER, '*.json')],
  load() {
    const { repository } = read(join(ROOT, 'package.json'));
    const sources = `${repository.url.replace(/^git\+|\.git$/g, '')}/blob/main/apps/examples/src/`;
    const files = globSync('*.json', { cwd: FOLDER });
    const outputs = files.map((file) => [basename(file, '.json'), read(join(FOLDER, file))]);
    return { sources, outputs: Object.fromEntries(outputs) };
  },
};
