/**
 * Payloads through a codec module. `undefined`, which is no payload, and errors stay with the bus's own codec; so do
 * strings and bytes where the module says nothing about them, as `'json'` and `'v8'` do.
 */
import { types } from 'node:util';
import { type Codec, PAYLOAD, type PayloadKind } from './codec.ts';
import type { CodecModule } from './codec-module.ts';
import { copyBytes } from './copy-bytes.ts';
import { isError } from './error-codec.ts';
import { BusError } from './errors.ts';
import { privateBytes } from './private-bytes.ts';
import { refusedPayload } from './refusal.ts';
import type { ShapeReader } from './shape-reader.ts';

/** Puts a codec around the bus's own. */
export type CodecLayer = (own: Codec) => Codec;

export class ModuleCodec implements Codec {
  readonly #module: CodecModule;
  readonly #own: Codec;
  readonly #takesBytes: boolean;
  /** What `sizeOf` encoded, for the `write` that follows. */
  #encoded: Uint8Array | undefined;

  /** `takesBytes`: strings and bytes go through the module too. */
  constructor(module: CodecModule, own: Codec, takesBytes: boolean) {
    this.#module = module;
    this.#own = own;
    this.#takesBytes = takesBytes;
  }

  classify(value: unknown, isThrown: boolean): PayloadKind {
    const kind = this.#own.classify(value, isThrown);
    if (isThrown || kind === PAYLOAD.undefined) return kind;
    if (kind !== PAYLOAD.value) return this.#takesBytes ? PAYLOAD.encoded : kind;
    return isError(value) ? kind : PAYLOAD.encoded;
  }

  sizeOf(kind: PayloadKind, value: unknown): number {
    if (kind !== PAYLOAD.encoded) return this.#own.sizeOf(kind, value);
    const encoded = this.#encode(value);
    // Set last: the module may send a message of its own meanwhile.
    this.#encoded = encoded;
    return encoded.length;
  }

  write(kind: PayloadKind, value: unknown, heap: Buffer, offset: number, limit: number): number {
    if (kind !== PAYLOAD.encoded) return this.#own.write(kind, value, heap, offset, limit);
    const encoded = this.#encoded ?? this.#encode(value);
    this.#encoded = undefined;
    if (encoded.length > limit || offset + encoded.length > heap.length) return -1;
    copyBytes(heap, offset, encoded);
    return encoded.length;
  }

  read(
    kind: PayloadKind,
    heap: Buffer,
    offset: number,
    length: number,
    shapes: ShapeReader | null,
  ): unknown {
    if (kind !== PAYLOAD.encoded) return this.#own.read(kind, heap, offset, length, shapes);
    try {
      return this.#module.decode(privateBytes(heap, offset, length));
    } catch (error) {
      const { name } = this.#module;
      throw new BusError(
        'ERR_BUS_INVALID_MESSAGE',
        `The payload cannot be decoded by the codec '${name}'; its cause says why.`,
        { cause: error, details: { codec: name } },
      );
    }
  }

  #encode(value: unknown): Uint8Array {
    const { name } = this.#module;
    let encoded: unknown;
    try {
      encoded = this.#module.encode(value);
    } catch (error) {
      throw refusedPayload('payload', `is refused by the codec '${name}'`, error);
    }
    if (types.isUint8Array(encoded)) return encoded;
    throw refusedPayload('payload', `became no Uint8Array in the codec '${name}'`);
  }
}
