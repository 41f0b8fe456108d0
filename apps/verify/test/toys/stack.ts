// The shortest complete structure: a Treiber stack without deaths. See ../../structures/README.md.

import type { Model, Plan, Structure } from '../../src/structure.ts';

const dfs: Plan[] = [{ strategy: 'dfs', preemptions: 3 }];

/** The stack, top first. A call that died changed nothing or all. */
const model: Model<number[]> = {
  initial: () => [],
  apply(stack, [name, node], result) {
    if (name === 'push') return [[node as number, ...stack]];
    if (result === undefined) return [stack.slice(1)];
    return (stack[0] ?? 0) === result ? [stack.slice(1)] : [];
  },
};

/** Nodes popped in this run by each thread, to be pushed again. */
type Run = number[][];

const stack: Structure<Run, number[]> = {
  name: 'stack',
  kernels: { stack: 'apps/verify/test/toys/stack' },
  pages: 1,
  setup(world) {
    for (const t of world.threads) t.local.me = t.id;
    world.threads[0]!.kernels.stack!.create!();
  },
  begin: (world) => world.threads.map(() => []),
  operations: {
    push: {
      *run(t, _run, node: number) {
        yield [t.kernels.stack!.push!, node, node * 10];
        return null;
      },
      bound: 10,
    },
    pop: {
      *run(t, run) {
        const node: number = yield [t.kernels.stack!.pop!];
        if (node !== 0) run[t.id]!.push(node);
        return node;
      },
      bound: 10,
    },
    /** Pushes again what this thread popped first. */
    again: {
      *run(t, run) {
        const node = run[t.id]!.shift();
        if (node === undefined) return 0;
        yield [t.kernels.stack!.push!, node, node * 10];
        return node;
      },
    },
  },
  model: {
    ...model,
    apply: (state, call, result) =>
      call[0] !== 'again'
        ? model.apply(state, call, result)
        : result === 0
          ? [state]
          : [[result as number, ...state]],
  },
  observe: [['pop'], ['pop'], ['pop'], ['pop']],
  scenarios: [
    { name: 'push push', threads: [[['push', 1]], [['push', 2]]], quick: dfs, full: dfs },
    {
      name: 'pop pop',
      prepare: [
        ['push', 1],
        ['push', 2],
      ],
      threads: [[['pop']], [['pop']]],
      quick: dfs,
      full: dfs,
    },
    {
      name: 'aba',
      prepare: [
        ['push', 1],
        ['push', 2],
        ['push', 3],
      ],
      threads: [[['pop']], [['pop'], ['pop'], ['again']]],
      quick: dfs,
      full: dfs,
    },
  ],
  word: (at) => {
    if (at === 64) return 'head';
    return `node[${(at - 128) >> 3}].${at & 4 ? 'value' : 'next'}`;
  },
  mutants: [
    { id: 1, kernel: 'stack', what: 'the tag is not counted (ABA)', scenarios: ['aba'] },
    { id: 2, kernel: 'stack', what: 'push links with a plain store' },
    { id: 3, kernel: 'stack', what: 'pop ignores a lost race' },
  ],
};

export default stack;
