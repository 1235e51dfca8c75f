import { describe, expect, it } from 'vitest';
import { StripeCheck, StripedBytes } from '../../../../bench/messages/striped-bytes.ts';

describe.each([4, 64, 255, 16_384, 1_000_000])('a message of %i bytes', (size) => {
  const message = new StripedBytes(size);
  const check = new StripeCheck(size);

  it('is known by its number, and by no other', () => {
    for (const number of [0, 1, 255, 65_536, 2 ** 31]) {
      const bytes = message.stamp(number);
      expect(bytes).toHaveLength(size);
      expect(check.isRight(bytes, number)).toBe(true);
      expect(check.isRight(bytes, number + 1)).toBe(false);
    }
  });

  it('is not taken for right when it is short, long, torn or no bytes', () => {
    const right = message.stamp(0x07070707).slice();
    const torn = right.slice();
    torn.set(message.stamp(0x08080808).subarray(size >> 1), size >> 1);
    const wrong = [right.subarray(1), new Uint8Array(size), new Uint8Array(size + 1), 'text', torn];
    expect(wrong.map((payload) => check.isRight(payload, 0x07070707))).toEqual(
      wrong.map(() => false),
    );
    expect(check.isRight(right, 0x07070707)).toBe(true);
  });
});
