/** A package's kernel with the next protocol number of one component; for tests. */
export function bumped(packageName: string, component: string): Promise<Uint8Array<ArrayBuffer>>;
