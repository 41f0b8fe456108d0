// A kernel as text, in a package (tools/tsup-library.mjs) and in tests (tools/vite-wasm.mjs).
declare module '*.wasm' {
  /** The bytes, made anew by each call. */
  export default function kernelBytes(): Uint8Array<ArrayBuffer>;
}
