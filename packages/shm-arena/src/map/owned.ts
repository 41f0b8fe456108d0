// What a map's own handle has beside reading and writing: what other threads open it by, a look at
// whether it is sound, and its ends, which are its snapshots' too. Whatever else the view has.

import type { StructureHandle, VerifyReport } from '../api.ts';
import { verifyMap } from './audit.ts';
import type { AnyCore } from './core.ts';
import type { MapReader } from './reader.ts';
import { type MapView, READER } from './view.ts';

export interface Owned {
  readonly handle: StructureHandle;
  verify(): VerifyReport;
  close(): void;
  destroy(): void;
}

// biome-ignore lint/suspicious/noExplicitAny: whatever it reads
export type AnyView = MapView<MapReader<AnyCore, any, any>, any, any>;

/** `T` and what a class adds to it: TypeScript asks for just these arguments. */
// biome-ignore lint/suspicious/noExplicitAny: see above
export type Making<T> = abstract new (...args: any[]) => T;

/** The class of a map's handles, of that of its views. */
export function owned<C extends Making<AnyView>>(View: C): C & Making<Owned> {
  abstract class Handle extends (View as Making<AnyView>) {
    get handle(): StructureHandle {
      return this[READER].core.member.handle;
    }

    verify(): VerifyReport {
      return verifyMap(this[READER].core);
    }

    override close(): void {
      const { core } = this[READER];
      core.snapshots.closeAll();
      super.close();
      core.member.close();
    }

    destroy(): void {
      this[READER].core.member.destroy();
      this.close();
    }
  }
  return Handle as never;
}
