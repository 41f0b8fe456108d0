// Every read that all ordered views have, also those that need not look at anything.

import type { OrderedReadable } from '@x/shm-arena';

type View = OrderedReadable<string, unknown>;

const NOTHING = { gt: 'b', lt: 'a' };

const reads: readonly ((view: View) => unknown)[] = [
  (view) => view.size,
  (view) => view.get('a'),
  (view) => view.has('a'),
  (view) => view.getMany(['a']),
  (view) => view.getMany([]),
  (view) => [...view],
  (view) => view.forEach(() => {}),
  (view) => view.first(),
  (view) => view.last(),
  (view) => view.floor('a'),
  (view) => view.ceiling('a'),
  (view) => view.lower('a'),
  (view) => view.higher('a'),
  ...[{}, NOTHING, { limit: 0 }].flatMap((range) => [
    (view: View) => [...view.entries(range)],
    (view: View) => [...view.keys(range)],
    (view: View) => [...view.values(range)],
    (view: View) => view.scan(range, () => true),
    (view: View) => view.count(range),
  ]),
  (view) => view.cursor().next(),
  (view) => view.cursor(NOTHING).next(),
  (view) => view.cursor().seekLast(),
];

/** What each of them throws: its text, and the code. */
export function failuresOf<V extends View>(
  view: V,
  more: readonly ((view: V) => unknown)[],
): string[] {
  return [...reads, ...more].map((read) => {
    try {
      read(view);
    } catch (error) {
      return (error as { code: string }).code;
    }
    return String(read);
  });
}
