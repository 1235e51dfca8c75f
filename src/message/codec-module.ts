/** What a codec other than the bus's own is: a name and two functions, as a module exports them. */

export interface CodecModule {
  /** For error messages. */
  readonly name: string;
  /** Throws for a value that it cannot carry. Synchronous; the bus copies the bytes at once. */
  readonly encode: (value: unknown) => Uint8Array;
  /** `bytes` belong to the callee, and what it returns belongs to the receiver. */
  readonly decode: (bytes: Uint8Array) => unknown;
}

/** What is wrong with the exports of a codec module; undefined: nothing. */
export function codecModuleProblem(
  exported: Readonly<Record<string, unknown>>,
): string | undefined {
  const { name, encode, decode } = exported;
  if (typeof name !== 'string' || name === '') return "'name' must be a non-empty string";
  if (typeof encode !== 'function') return "'encode' must be a function";
  if (typeof decode !== 'function') return "'decode' must be a function";
  return undefined;
}
