// The failing schedules that are committed with the checker.

import { globSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';

const FOLDER = resolve(import.meta.dirname, '../../../verify/traces');

export default {
  watch: [join(FOLDER, '*.json')],
  load: () =>
    globSync('*.json', { cwd: FOLDER })
      .sort()
      .map((file) => JSON.parse(readFileSync(join(FOLDER, file), 'utf8'))),
};
