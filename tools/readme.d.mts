export function programs(
  path: string,
): { line: number; code: string; output: string | undefined }[];
