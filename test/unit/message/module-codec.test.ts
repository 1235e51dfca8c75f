import { describe, expect, it } from 'vitest';
import { AutoCodec, PAYLOAD } from '../../../src/message/codec.ts';
import type { CodecModule } from '../../../src/message/codec-module.ts';
import { BusError } from '../../../src/message/errors.ts';
import { ModuleCodec } from '../../../src/message/module-codec.ts';

const OFFSET = 8;
const encoded: unknown[] = [];

const counting: CodecModule = {
  name: 'counting',
  encode: (value) => {
    encoded.push(value);
    return Buffer.from(`<${String(value)}>`);
  },
  decode: (bytes) => bytes,
};

function codecOf(module: Partial<CodecModule>, takesBytes = true): ModuleCodec {
  return new ModuleCodec({ ...counting, ...module }, new AutoCodec(null), takesBytes);
}

function refusalOf(action: () => unknown): BusError {
  try {
    action();
  } catch (error) {
    if (BusError.isBusError(error)) return error;
  }
  throw new Error('expected a BusError');
}

describe('ModuleCodec', () => {
  it('leaves undefined, errors and what was thrown to the own codec, whatever the module takes', () => {
    const codec = codecOf({});
    expect(codec.classify(undefined, false)).toBe(PAYLOAD.undefined);
    expect(codec.classify(new TypeError('sent'), false)).toBe(PAYLOAD.value);
    expect(codec.classify({ thrown: 1 }, true)).toBe(PAYLOAD.value);
    expect(codec.classify('thrown', true)).toBe(PAYLOAD.string);
  });

  it('gives strings and bytes to a module that takes them, and keeps them from one that does not', () => {
    for (const value of [
      'text',
      '\ud800',
      new Uint8Array(2),
      Buffer.alloc(2),
      new ArrayBuffer(2),
    ]) {
      expect(codecOf({}, true).classify(value, false)).toBe(PAYLOAD.encoded);
      expect(codecOf({}, false).classify(value, false)).toBe(new AutoCodec(null).classify(value));
    }
    expect(codecOf({}, false).classify(null, false)).toBe(PAYLOAD.encoded);
  });

  it('encodes once for size and bytes, and hands the module bytes of its own', () => {
    const codec = codecOf({});
    const heap = Buffer.from(new SharedArrayBuffer(64));
    encoded.length = 0;
    const size = codec.sizeOf(PAYLOAD.encoded, 42);
    expect(codec.write(PAYLOAD.encoded, 42, heap, OFFSET, size)).toBe(size);
    expect(encoded).toEqual([42]);
    const back = codec.read(PAYLOAD.encoded, heap, OFFSET, size, null) as Uint8Array;
    heap.fill(0);
    expect(Buffer.from(back).toString()).toBe('<42>');
    expect(back.buffer).toBeInstanceOf(ArrayBuffer);
    expect(back.buffer.byteLength).toBe(size);
  });

  it('writes nothing beyond the limit', () => {
    const codec = codecOf({});
    const heap = Buffer.alloc(64);
    expect(codec.write(PAYLOAD.encoded, 1234, heap, OFFSET, 5)).toBe(-1);
    expect(heap.every((byte) => byte === 0)).toBe(true);
  });

  it('refuses what the module throws at, and what is no Uint8Array, naming both', () => {
    const cause = new RangeError('no');
    const throwing = codecOf({
      encode: () => {
        throw cause;
      },
    });
    const thrown = refusalOf(() => throwing.sizeOf(PAYLOAD.encoded, 1));
    expect(thrown.code).toBe('ERR_BUS_INVALID_MESSAGE');
    expect(thrown.cause).toBe(cause);
    expect(thrown.message).toContain("payload is refused by the codec 'counting'");
    const lookalikes: unknown[] = [
      new Proxy(new Uint8Array(1), {}),
      Object.create(Uint8Array.prototype),
    ];
    for (const wrong of [undefined, 'text', [1], Promise.resolve(1), ...lookalikes]) {
      const codec = codecOf({ encode: () => wrong as Uint8Array });
      expect(refusalOf(() => codec.sizeOf(PAYLOAD.encoded, 1)).message).toContain('no Uint8Array');
    }
  });

  it('says which codec could not decode, and why; a second try is no use', () => {
    const cause = new SyntaxError('what is this');
    const codec = codecOf({
      decode: () => {
        throw cause;
      },
    });
    const error = refusalOf(() => codec.read(PAYLOAD.encoded, Buffer.alloc(8), 0, 8, null));
    expect(error).toMatchObject({ code: 'ERR_BUS_INVALID_MESSAGE', retryable: false, cause });
    expect(error.message).toContain("codec 'counting'");
  });

  it('keeps its value when the module sends a message of its own while it encodes', () => {
    const inner = Buffer.alloc(16);
    const codec: ModuleCodec = codecOf({
      encode: (value) => {
        if (value === 'outer') {
          codec.write(PAYLOAD.encoded, 'inner', inner, 0, codec.sizeOf(PAYLOAD.encoded, 'inner'));
        }
        return Buffer.from(String(value));
      },
    });
    const heap = Buffer.alloc(16);
    const size = codec.sizeOf(PAYLOAD.encoded, 'outer');
    codec.write(PAYLOAD.encoded, 'outer', heap, 0, size);
    expect(heap.toString('latin1', 0, size)).toBe('outer');
    expect(inner.toString('latin1', 0, 5)).toBe('inner');
  });
});
