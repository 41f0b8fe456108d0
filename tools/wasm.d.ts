// A kernel is inlined in the package (tools/tsup-library.mjs), in tests by tools/vite-wasm.mjs.
declare module '*.wasm' {
  const bytes: Uint8Array<ArrayBuffer>;
  export default bytes;
}
