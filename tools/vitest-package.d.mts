import type { ViteUserConfig } from 'vitest/config';

export function unitTests(options?: { isolate?: boolean }): ViteUserConfig;
