// The newest run of each benchmark, from the results that are committed.

import { globSync, readFileSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';

const FOLDER = resolve(import.meta.dirname, '../../../bench/results');

function median(values) {
  const sorted = values.toSorted((a, b) => a - b);
  const half = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[half] : (sorted[half - 1] + sorted[half]) / 2;
}

export default {
  watch: [join(FOLDER, '*.json')],
  load() {
    const runs = globSync('*.json', { cwd: FOLDER }).map((file) => {
      const { runs } = JSON.parse(readFileSync(join(FOLDER, file), 'utf8'));
      const { ratios, samples } = runs[0];
      const found = ratios.map(({ title, median, q1, q3 }) => [title, { median, q1, q3 }]);
      const medians = Object.entries(samples).map(([subject, metrics]) => [
        subject,
        Object.fromEntries(Object.entries(metrics).map(([metric, all]) => [metric, median(all)])),
      ]);
      const run = { ratios: Object.fromEntries(found), values: Object.fromEntries(medians) };
      return [basename(file, '.json'), run];
    });
    return Object.fromEntries(runs);
  },
};
