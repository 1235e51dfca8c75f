/**
 * The package as its users get it: compiled, with its own threads. Types come from the source, so that checking them
 * needs no build; what runs is `dist`.
 */
import type * as Package from '../../src/index.ts';

const entry: string = new URL('../../dist/src/index.js', import.meta.url).href;
const loaded = (await import(/* @vite-ignore */ entry)) as typeof Package;

export const createBus: typeof Package.createBus = loaded.createBus;
export const connect: typeof Package.connect = loaded.connect;
export const BusError: typeof Package.BusError = loaded.BusError;

/** A module of `dist`, for what the public interface does not show. */
export async function internal(path: string): Promise<Record<string, unknown>> {
  const href = new URL(`../../dist/src/${path}`, import.meta.url).href;
  return (await import(/* @vite-ignore */ href)) as Record<string, unknown>;
}

/** A thread program of `test/fixtures/workers`. */
export function workerFile(name: string): URL {
  return new URL(`../fixtures/workers/${name}.mjs`, import.meta.url);
}
