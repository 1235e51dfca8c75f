import { describe, expect, it } from 'vitest';
import { BusError } from '../../../src/message/errors.ts';
import { packThrown, unpackThrown } from '../../../src/message/thrown-value.ts';

const carried = (thrown: unknown): unknown => unpackThrown(structuredClone(packThrown(thrown)));

describe('thrown values', () => {
  it('keep the code, details and cause of a BusError', () => {
    const cause = Object.assign(new TypeError('why'), { code: 'E_WHY' });
    const error = carried(
      new BusError('ERR_BUS_FULL', 'no room', { cause, details: { limit: 5 } }),
    );
    expect(error).toBeInstanceOf(BusError);
    expect(error).toMatchObject({
      code: 'ERR_BUS_FULL',
      message: 'no room',
      retryable: true,
      details: { limit: 5 },
      cause: { message: 'why', code: 'E_WHY' },
    });
    expect((error as Error).cause).toBeInstanceOf(TypeError);
  });

  it('end a cycle of causes', () => {
    const error = new Error('mine');
    error.cause = error;
    expect(carried(error)).toMatchObject({ message: 'mine' });
  });

  it('keep what is not an error as it was', () => {
    for (const thrown of [undefined, null, 'text', 5, { a: [1] }]) {
      expect(carried(thrown)).toEqual(thrown);
    }
  });

  it('tell by its message what cannot be encoded', () => {
    expect(carried(() => 1)).toMatchObject({ message: 'a function' });
    expect(carried(Symbol('s'))).toBeInstanceOf(Error);
  });

  it('bound an enormous error', () => {
    const error = Object.assign(new Error('big'), { text: 'x'.repeat(10_000_000) });
    expect(packThrown(error).length).toBeLessThan(4 * 1024 * 1024);
    expect(carried(error)).toMatchObject({ message: 'big' });
  });
});
