import type { Options } from 'tsup';

export function library(entry: string[]): Options;
export function structure(entry: string[]): Options;
export function kernelLast(code: string): string;
