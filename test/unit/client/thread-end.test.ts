import { describe, expect, it } from 'vitest';
import { threadEnd } from '../../../src/client/thread-end.ts';
import { packThrown } from '../../../src/message/thrown-value.ts';

describe('threadEnd', () => {
  it('says which thread ended and how, with what ended it as the cause', () => {
    const thrown = packThrown(new RangeError('too far.'));
    const { error, what } = threadEnd('e', { threadId: 4, exitCode: 1, thrown }, { key: 'k' });
    expect(what).toBe("thread 4 of endpoint 'e' ended with exit code 1 (too far)");
    expect(error).toMatchObject({
      code: 'ERR_BUS_WORKER',
      message: `The ${what}.`,
      details: { key: 'k', endpoint: 'e', threadId: 4, exitCode: 1 },
    });
    expect(error.cause).toBeInstanceOf(RangeError);
  });

  it('has no cause where nobody knows one, and one that is undefined where that was thrown', () => {
    const end = { threadId: 4, exitCode: undefined };
    expect('cause' in threadEnd('e', end, {}).error).toBe(false);
    const { error, what } = threadEnd('e', { ...end, thrown: packThrown(undefined) }, {});
    expect(['cause' in error, error.cause]).toEqual([true, undefined]);
    expect(what).toBe("thread 4 of endpoint 'e' ended (undefined)");
  });

  it('has no empty brackets for an error without a message', () => {
    const thrown = packThrown(new Error(''));
    const { error, what } = threadEnd('e', { threadId: 4, exitCode: 1, thrown }, {});
    expect(what).toBe("thread 4 of endpoint 'e' ended with exit code 1");
    expect(error.cause).toBeInstanceOf(Error);
  });

  it('shortens a long reason', () => {
    const thrown = packThrown('x'.repeat(5_000));
    expect(threadEnd('e', { threadId: 4, exitCode: 1, thrown }, {}).what.length).toBeLessThan(600);
  });
});
