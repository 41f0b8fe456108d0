import { load } from '/tmp/w/mcheck/apps/verify/src/registry.ts';
import { runJob } from '/tmp/w/mcheck/apps/verify/src/job.ts';
const s = await load('masstree');
const only = process.argv[3]?.split(',').map(Number);
for (const m of s.mutants!) {
  if (only && !only.includes(m.id)) continue;
  const r = await runJob({ id: String(m.id), structure: 'masstree', mutant: m.id, full: false, budget: Number(process.argv[2] ?? 8), seed: 1 }, () => {});
  console.log(m.id, r.failure ? `caught ${r.seconds.toFixed(1)} s` : `MISSED ${r.seconds.toFixed(1)} s cut ${r.cut}`, r.error?.slice(0, 200) ?? '', '·', m.what, '·', r.failure?.text.split('\n')[0].slice(0, 110) ?? '');
}
