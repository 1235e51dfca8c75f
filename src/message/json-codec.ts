/** The codec `'json'`: what `JSON.stringify` makes of a value, with all that it loses. */
import type { CodecModule } from './codec-module.ts';

export const jsonCodec: CodecModule = { name: 'json', encode, decode };

function encode(value: unknown): Uint8Array {
  const text: unknown = JSON.stringify(value);
  if (typeof text !== 'string') throw new TypeError(`JSON has no form for a ${typeof value}`);
  return Buffer.from(text);
}

function decode(bytes: Uint8Array): unknown {
  return JSON.parse(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString());
}
