// Constants that tools/kernel.mjs gives to the kernels' sources; see its head.
declare const GATED: i32;
declare const MUTANT: i32;
