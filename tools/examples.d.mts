export function examples(source: string): [name: string, code: string][];
export function checked(code: string): string;
