// pnpm verify:replay SEED [--mutant N] [--kernel FILE] [--all]: makes one schedule again and prints
// it. A seed is what a failure prints: structure/scenario@[p][!n[+]]:choices (p: waiting loops are
// not switched away from; !n: allocation n is refused, + and all after it).

import { parseArgs } from 'node:util';
import { Exploration } from './explore.ts';
import { kernelsOf } from './job.ts';
import { replacementFor } from './kernel-file.ts';
import { load } from './registry.ts';
import { readChoices } from './replay.ts';
import { record } from './shrink.ts';
import { showFailure, showHistory, showTrace } from './trace.ts';

const { values, positionals } = parseArgs({
  args: process.argv.slice(2).filter((arg) => arg !== '--'),
  allowPositionals: true,
  options: { mutant: { type: 'string' }, kernel: { type: 'string' }, all: { type: 'boolean' } },
});
const parts = /^([^/]+)\/(.+)@(p?)(?:!(\d+)(\+?))?:(.*)$/.exec(positionals.join(' '));
if (parts === null) throw new Error("usage: pnpm verify:replay 'structure/scenario@:12>1 40x0'");
const [, name, scenarioName, progress, failAt, failOn, text] = parts;
const structure = await load(name!);
const scenario = structure.scenarios.find((s) => s.name === scenarioName);
if (scenario === undefined) throw new Error(`${name} has no scenario "${scenarioName}"`);
const mutant = structure.mutants?.find((m) => m.id === Number(values.mutant ?? -1));
const replace =
  values.kernel === undefined ? {} : (await replacementFor(values.kernel, name)).replace;
const exploration = new Exploration(
  structure,
  await kernelsOf(structure, mutant, replace),
  scenario,
);
const choices = readChoices(text!);
const failure = {
  structure: name!,
  scenario: scenario.name,
  choices,
  after: 1,
  plan: {
    strategy: 'dfs' as const,
    progress: progress === 'p',
    kills: choices.some((c) => c.code > 15) ? 1 : 0,
  },
  failAt: Number(failAt ?? 0),
  failOn: failOn === '+',
  violation: null as never,
};
const violation = record(exploration, failure);
if (violation === null) {
  console.log(
    `${showTrace(exploration.machine, values.all)}\n\n${showHistory(exploration.machine)}\n\n` +
      'nothing is wrong with it',
  );
} else {
  console.log(showFailure(exploration.machine, { ...failure, violation }, values.all));
  process.exitCode = 1;
}
