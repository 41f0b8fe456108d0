// Prefixes of the kernels' constants: one prefix, one meaning. What they mean and which files have
// them stands in a table of docs/GLOSSARY.md, each row `| PREFIX_ … | meaning | package/file … |`.
//
//   packages/one/assembly/a.ts   export const S_STATE: usize = 0;      const S_SIZE: usize = 4;
//   docs/GLOSSARY.md             | `S_` | words of a slot | one/a |
//
// A file whose constants have a prefix that the table gives to others is refused; so is a prefix
// that two constants have and no row, and a row that names a file without any. NAME_BYTES and
// NAME_AT alone (how long, and where, a NAME is) need no row.
// Part of tools/tidy.mjs.

const GLOSSARY = 'docs/GLOSSARY.md';
const KERNEL = /^(?:packages|apps)\/(.*?)\/assembly\/(.*)\.ts$/;
const CONSTANT = /^(?:export )?const ([A-Z][A-Z0-9]*_)([A-Z0-9_]+)\b/gm;
const ROW = /^\| ((?:`[A-Z][A-Z0-9]*_` ?)+)\| [^|]+ \| ([^|]+) \|$/gm;

/**
 * What breaks the rule, as messages.
 *
 * @param {Record<string, string>} files all texts by their path in the repository
 */
export function prefixProblems(files) {
  const found = prefixesOf(files);
  const rows = new Map();
  for (const [, prefixes, names] of (files[GLOSSARY] ?? '').matchAll(ROW)) {
    for (const [prefix] of prefixes.matchAll(/\w+/g)) rows.set(prefix, names.split(', '));
  }
  const problems = [];
  for (const [prefix, { places, needsRow }] of found) {
    const allowed = rows.get(prefix);
    if (allowed === undefined && needsRow) {
      const where = [...places.keys()].join(', ');
      problems.push(`${GLOSSARY}: no row says what ${prefix} is (${where})`);
    }
    for (const [place, path] of places) {
      if (allowed === undefined || allowed.includes(place)) continue;
      problems.push(`${path}: ${GLOSSARY} gives ${prefix} to ${allowed.join(', ')} alone`);
    }
  }
  for (const [prefix, names] of rows) {
    const places = found.get(prefix)?.places;
    for (const name of names.filter((it) => !places?.has(it))) {
      problems.push(`${GLOSSARY}: ${name} has no constant ${prefix}…`);
    }
  }
  return problems;
}

/** Each prefix with the files that have it, and whether it must stand in the table. */
function prefixesOf(files) {
  const found = new Map();
  for (const [path, source] of Object.entries(files)) {
    const [, owner, file] = KERNEL.exec(path) ?? [];
    if (owner === undefined) continue;
    for (const [, prefix, rest] of source.matchAll(CONSTANT)) {
      const it = found.get(prefix) ?? { places: new Map(), names: new Set(), needsRow: false };
      it.places.set(`${owner}/${file}`, path);
      if (!/^(BYTES|AT)$/.test(rest)) it.names.add(`${path} ${rest}`);
      it.needsRow = it.names.size > 1;
      found.set(prefix, it);
    }
  }
  return found;
}
