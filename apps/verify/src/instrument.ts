// Prepares a gated kernel, before it is optimized, so that the checker knows more than the gate's
// ABI tells:
//
// - Every call of an accessor (a function of ground/atomic) from other code is a *site* with a
//   number; the imports get it as one more argument. Traces, races and coverage name it.
// - Every branch (function entry, if, else, loop) sets a global of its own to 1 when it is reached:
//   branch coverage at the cost of one store to a private word.
// - Mutable globals are exported, so that an instance can be put back to what it was.

import type { Section } from './wasm.ts';
import { Reader, readSections, SECTION, skipImmediates, Writer, writeSections } from './wasm.ts';

/** A place in the source that touches shared memory. */
interface Site {
  /** The function, as the source names it: "heap/alloc". */
  fn: string;
  /** The accessor it calls: "cas64". */
  accessor: string;
  /** Which such call in that function, from 1. */
  nth: number;
}

interface Branch {
  fn: string;
  kind: 'entry' | 'then' | 'else' | 'loop';
  nth: number;
}

/** What the instrumented module's numbers mean. */
export interface SiteTable {
  sites: Site[];
  branches: Branch[];
  /** Exported mutable globals to save and restore. */
  globals: number;
}

const I32 = 0x7f;
const HOOKS: Record<string, number> = { gate: 3, plain: 4, fail: 1, mark: 4, fault: 3 };

interface Module {
  sections: Section[];
  names: string[];
  /** Function index → hook name, for imported functions. */
  hooks: Map<number, string>;
  imported: number;
  mutable: number[];
  globals: number;
}

/** Instruments `bytes`; site numbers start at `base`. */
export function instrument(
  bytes: Uint8Array,
  base: number,
): { bytes: Uint8Array; table: SiteTable } {
  const module = parse(bytes);
  const table: SiteTable = { sites: [], branches: [], globals: module.mutable.length };
  const siteGlobal = module.globals;
  rewriteTypesAndImports(module);
  rewriteCode(module, table, base, siteGlobal);
  addGlobals(module, table.branches.length + 1);
  addExports(module, table.branches.length, siteGlobal);
  return { bytes: writeSections(module.sections), table };
}

function body(module: { sections: Section[] }, id: number): Section | undefined {
  return module.sections.find((section) => section.id === id);
}

function parse(bytes: Uint8Array): Module {
  const sections = readSections(bytes);
  const module: Module = {
    sections,
    names: [],
    hooks: new Map(),
    imported: 0,
    mutable: [],
    globals: 0,
  };
  const imports = body(module, SECTION.import);
  if (imports) {
    const r = new Reader(imports.body);
    for (let n = r.u32(); n > 0; n--) {
      const from = r.name();
      const name = r.name();
      const kind = r.byte();
      if (kind === 0) {
        r.u32();
        if (from === 'env' && name in HOOKS) module.hooks.set(module.imported, name);
        module.imported++;
      } else if (kind === 2) {
        if (r.byte() & 1) r.skip();
        r.skip();
      } else {
        throw new Error(`a kernel imports only functions and a memory, found ${from}.${name}`);
      }
    }
  }
  const globals = body(module, SECTION.global);
  if (globals) {
    const r = new Reader(globals.body);
    module.globals = r.u32();
    for (let index = 0; index < module.globals; index++) {
      r.byte();
      if (r.byte() === 1) module.mutable.push(index);
      for (let op = r.byte(); op !== 0x0b; op = r.byte()) skipImmediates(r, op);
    }
  }
  module.names = functionNames(sections);
  return module;
}

function functionNames(sections: Section[]): string[] {
  const names: string[] = [];
  for (const section of sections) {
    if (section.id !== SECTION.custom) continue;
    const r = new Reader(section.body);
    if (r.name() !== 'name') continue;
    while (r.at < r.end) {
      const kind = r.byte();
      const end = r.u32() + r.at;
      if (kind === 1) for (let n = r.u32(); n > 0; n--) names[r.u32()] = r.name();
      r.at = end;
    }
  }
  return names;
}

/** One more i32 parameter for each hook: new types at the end, imports that point to them. */
function rewriteTypesAndImports(module: Module): void {
  const types = body(module, SECTION.type)!;
  const imports = body(module, SECTION.import);
  if (!imports) return;
  const r = new Reader(types.body);
  const count = r.u32();
  const w = new Writer();
  const kinds = Object.keys(HOOKS);
  w.u32(count + kinds.length);
  w.append(types.body.subarray(r.at));
  for (const name of kinds) {
    w.byte(0x60);
    w.u32(HOOKS[name]!);
    for (let n = HOOKS[name]!; n > 0; n--) w.byte(I32);
    if (name === 'fail') w.byte(1, I32);
    else w.byte(0);
  }
  types.body = w.done();

  const from = new Reader(imports.body);
  const to = new Writer();
  const n = from.u32();
  to.u32(n);
  for (let index = 0; index < n; index++) {
    const start = from.at;
    from.name();
    const name = from.name();
    const named = imports.body.subarray(start, from.at);
    const kind = from.byte();
    to.append(named);
    to.byte(kind);
    if (kind === 0) {
      const type = from.u32();
      to.u32(name in HOOKS ? count + kinds.indexOf(name) : type);
    } else {
      const limits = from.at;
      if (from.byte() & 1) from.skip();
      from.skip();
      to.append(imports.body.subarray(limits, from.at));
    }
  }
  imports.body = to.done();
}

const isAccessor = (name: string | undefined): boolean =>
  name !== undefined && /(^|\/)assembly\/(\w+\/)?atomic\/\w+$/.test(name);

/** "../../shm-arena/assembly/memory/heap/alloc" → "heap/alloc"; an entry's go by their own name. */
function shortName(name: string | undefined): string {
  if (name === undefined) return '?';
  return name.replace(/^.*assembly\/(?:\w+\/(?=\w+\/))?/, '').replace(/^index\//, '');
}

function rewriteCode(module: Module, table: SiteTable, base: number, siteGlobal: number): void {
  const code = body(module, SECTION.code)!;
  const r = new Reader(code.body);
  const w = new Writer();
  const count = r.u32();
  w.u32(count);
  for (let n = 0; n < count; n++) {
    const size = r.u32();
    const end = r.at + size;
    const out = rewriteFunction(module, table, base, siteGlobal, module.imported + n, r, end);
    w.u32(out.length);
    w.append(out);
  }
  code.body = w.done();
}

function rewriteFunction(
  module: Module,
  table: SiteTable,
  base: number,
  siteGlobal: number,
  index: number,
  r: Reader,
  end: number,
): Uint8Array {
  const out = new Writer();
  const start = r.at;
  for (let groups = r.u32(); groups > 0; groups--) {
    r.skip();
    r.byte();
  }
  out.append(r.bytes.subarray(start, r.at));
  const name = module.names[index];
  const fn = shortName(name);
  const accessor = isAccessor(name);
  const seen = new Map<string, number>();
  const next = (what: string): number => {
    const nth = (seen.get(what) ?? 0) + 1;
    seen.set(what, nth);
    return nth;
  };
  const branch = (kind: Branch['kind']): void => {
    if (accessor || fn.startsWith('~')) return;
    out.byte(0x41, 1, 0x24);
    out.u32(siteGlobal + 1 + table.branches.length);
    table.branches.push({ fn, kind, nth: next(kind) });
  };
  const site = (callee: string): number => {
    table.sites.push({ fn, accessor: callee, nth: next(callee) });
    return base + table.sites.length - 1;
  };
  branch('entry');
  while (r.at < end) {
    const at = r.at;
    const opcode = r.byte();
    skipImmediates(r, opcode);
    if (opcode === 0x10) {
      const callee = new Reader(r.bytes, at + 1).u32();
      const hook = module.hooks.get(callee);
      if (hook !== undefined) {
        if (accessor) {
          out.byte(0x23);
          out.u32(siteGlobal);
        } else {
          out.byte(0x41);
          out.s32(site(hook));
        }
      } else if (!accessor && isAccessor(module.names[callee])) {
        out.byte(0x41);
        out.s32(site(module.names[callee]!.replace(/^.*\//, '')));
        out.byte(0x24);
        out.u32(siteGlobal);
      }
    }
    out.append(r.bytes.subarray(at, r.at));
    if (opcode === 0x04) branch('then');
    else if (opcode === 0x05) branch('else');
    else if (opcode === 0x03) branch('loop');
  }
  return out.done();
}

function addGlobals(module: Module, more: number): void {
  const w = new Writer();
  w.u32(module.globals + more);
  const globals = body(module, SECTION.global);
  if (globals) {
    const r = new Reader(globals.body);
    r.u32();
    w.append(globals.body.subarray(r.at));
  }
  for (let n = 0; n < more; n++) w.byte(I32, 1, 0x41, 0, 0x0b);
  if (globals) {
    globals.body = w.done();
    return;
  }
  const before = module.sections.findIndex(
    (s) => s.id >= SECTION.export && s.id !== SECTION.custom,
  );
  module.sections.splice(before, 0, { id: SECTION.global, body: w.done() });
}

function addExports(module: Module, branches: number, siteGlobal: number): void {
  const exports = body(module, SECTION.export)!;
  const r = new Reader(exports.body);
  const w = new Writer();
  w.u32(r.u32() + module.mutable.length + branches);
  w.append(exports.body.subarray(r.at));
  const add = (name: string, global: number): void => {
    w.name(name);
    w.byte(3);
    w.u32(global);
  };
  module.mutable.forEach((global, n) => {
    add(`g:${n}`, global);
  });
  for (let n = 0; n < branches; n++) add(`c:${n}`, siteGlobal + 1 + n);
  exports.body = w.done();
}
