export interface CompileOptions {
  /** The checker's build; default: the release build. */
  gated?: boolean;
  /** The seeded bug; default 0: none. 'any': all, the exported global MUTANT says which. */
  mutant?: number | 'any';
  /** Default true. */
  optimize?: boolean;
  /** More integer constants for the sources. */
  constants?: Record<string, number>;
  /** Package name → the folder of its sources; default: where Node would find the package. */
  packages?: Record<string, string>;
  /** Changes the gated build before it is optimized; the names are still there. */
  transform?: (bytes: Uint8Array) => Uint8Array;
}

export function compile(
  packageDir: string,
  options?: CompileOptions,
): Promise<Uint8Array<ArrayBuffer>>;
export function compileChanged(
  packageDir: string,
  change: (name: string, text: string | null) => string | null,
  gated?: boolean,
): Promise<Uint8Array<ArrayBuffer>>;
export function check(bytes: Uint8Array, allowedImports: string[], gated: boolean): void;
