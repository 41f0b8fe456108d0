// A kernel is inlined in the package: esbuild's `binary` loader, or tools/vite-wasm.mjs in tests.
declare module '*.wasm' {
  const bytes: Uint8Array<ArrayBuffer>;
  export default bytes;
}
