import { describe, expect, it } from 'vitest';
import { checksumOf, crc32, envelopeChecksum, portableCrc32 } from '../../../src/demo/checksum.ts';

const bytes = new TextEncoder().encode('123456789');

describe('crc32', () => {
  it('gives the check value of the polynomial, natively and by the table', () => {
    expect(crc32(bytes)).toBe(0xcbf43926);
    expect(portableCrc32(bytes)).toBe(0xcbf43926);
    expect(portableCrc32('123456789')).toBe(0xcbf43926);
  });

  it('goes on from an earlier checksum', () => {
    expect(crc32('456789', crc32('123'))).toBe(0xcbf43926);
    expect(portableCrc32('456789', portableCrc32('123'))).toBe(0xcbf43926);
  });

  it('looks only at the bytes of a view', () => {
    const padded = new Uint8Array([1, ...bytes, 2]);
    expect(crc32(padded.subarray(1, -1))).toBe(0xcbf43926);
    expect(portableCrc32(padded.subarray(1, -1))).toBe(0xcbf43926);
  });
});

describe('checksumOf', () => {
  const whole = checksumOf('event', 'push', bytes);

  it('is what a sender computes from the checksum of the content', () => {
    expect(envelopeChecksum('event', 'bytes', 'push', crc32(bytes))).toBe(whole);
    const value = { b: [1, null], a: 'é' };
    expect(checksumOf('event', 'push', value)).toBe(
      envelopeChecksum('event', 'value', 'push', crc32(JSON.stringify(value))),
    );
  });

  it('changes with the kind, the key, the form and any byte', () => {
    const others = [
      checksumOf('request', 'push', bytes),
      checksumOf('event', 'pusH', bytes),
      checksumOf('event', 'push', '123456789'),
      checksumOf('event', 'push', 123_456_789),
      checksumOf('event', 'push', bytes.with(8, 0)),
      checksumOf('event', 'push', bytes.subarray(0, 8)),
      checksumOf('event', 'push', undefined),
    ];
    expect(new Set([whole, ...others]).size).toBe(others.length + 1);
  });
});
