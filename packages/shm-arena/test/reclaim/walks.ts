// The part of the suite that is about what a reader may follow: links of a block that was taken out
// under it, and a domain that is gone under it.

import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { reading } from './readers.mjs';
import { codeOf, type Puppet, type Subject, World } from './support.ts';

/** Of a node: value, complement, link. */
const LINK = 8;
const DEAD = 1;

export function walks(subject: Subject): void {
  describe('walks', () => {
    let world: World;
    let puppet: Puppet;
    beforeEach(async () => {
      world = new World(subject, { participants: 4 });
      puppet = await world.puppet();
    });
    afterEach(async () => {
      await puppet.end();
      expect(world.end()).toEqual([]);
    });

    /** The cell's list is 1, 2, 3. */
    const list = () => {
      const { arena, cell, domain } = world;
      const words = new Uint32Array(arena.memory.buffer);
      let first = 0;
      for (const value of [3, 2, 1]) {
        const node = domain.alloc(12);
        words.set([value, ~value, first], node / 4);
        first = node;
      }
      const reader = reading(domain);
      reader.swap(cell, first);
      reader.over();
      return (node: number) => domain.atomicAt(node + LINK);
    };

    test('a link of a block that was taken out is not followed to what may be freed', async () => {
      const { cell, domain } = world;
      const linkOf = list();
      const reader = reading(domain);
      const first = reader.load(cell);
      const second = reader.follow(linkOf(first))!;
      const isGone = world.watch(second);
      const added = await puppet.tell('cut');
      const next = reader.follow(linkOf(second));
      expect([isGone(), world.word(second)]).toEqual([false, 2]);
      if (subject.scheme === 'epoch') {
        expect([next, world.word(added)]).toEqual([added, 9]); // It was alive when we began.
      } else expect(next).toBe(subject.scheme === 'pointers' ? DEAD : undefined);
      // From the root again.
      const values: number[] = [];
      let node: number | undefined = reader.load(cell);
      while (node !== undefined && node !== 0) {
        values.push(world.word(node));
        node = reader.follow(linkOf(node));
      }
      expect([node, values]).toEqual([0, [1, 3]]);
      reader.over();
    });

    test('a call inside a walk does not hide that the era has moved', async () => {
      const { cell, domain } = world;
      const linkOf = list();
      const reader = reading(domain);
      const second = reader.follow(linkOf(reader.load(cell)))!;
      await puppet.tell('cut');
      const inner = reading(domain, 2);
      inner.load(cell);
      domain.retire(domain.alloc(8));
      const next = reader.follow(linkOf(second));
      if (subject.scheme === 'pointers') expect(next).toBe(DEAD);
      else if (subject.scheme !== 'epoch') expect(next).toBe(undefined);
      inner.over();
      reader.over();
    });

    test('what is no place for a cell is refused', () => {
      const { domain } = world;
      for (const wrong of [1, 6, -4, 2 ** 32]) {
        expect(() => domain.atomicAt(wrong)).toThrow(RangeError);
      }
      expect(() => domain.atomicAt('4' as never)).toThrow(TypeError);
    });

    test('a domain that is younger than an older reader outlives its destruction', async () => {
      const { arena, domain } = world;
      world.replace(1);
      const outer = world.hold();
      for (let i = 0; i < 600; i++) domain.retire(domain.alloc(16)); // The era moves on.
      const younger = subject.domains.create(arena, { scheme: subject.scheme });
      const cell = younger.atomic(younger.alloc(8));
      const reader = reading(younger);
      const at = reader.load(cell);
      const words = new Uint32Array(arena.memory.buffer);
      words[at / 4] = 7;
      await puppet.tell('destroy', younger.handle);
      expect(words[at / 4]).toBe(7);
      const others = () => words.reduce((count, word) => count + Number(word === 0xdeadbeef), 0);
      const before = others();
      expect(before).toBeGreaterThan(8192);
      reader.over();
      expect(others()).toBe(before);
      expect(codeOf(() => younger.alloc(8))).toBe('CLOSED');
      outer.over();
    });
  });
}
