import { describe, expect, it } from 'vitest';
import { BusError, errorCodes, outcomeError } from '../../../src/message/errors.ts';

describe('BusError', () => {
  it('keeps code, message, cause and details', () => {
    const cause = new TypeError('inner');
    const error = new BusError('ERR_BUS_HANDLER', 'It failed.', {
      cause,
      details: { attempts: 2 },
    });
    expect(error).toBeInstanceOf(Error);
    expect(error.code).toBe('ERR_BUS_HANDLER');
    expect(error.message).toBe('It failed.');
    expect(error.cause).toBe(cause);
    expect(error.details).toEqual({ attempts: 2 });
    expect(error.stack).toContain('errors.test');
  });

  it('has empty frozen details and no cause property when none are given', () => {
    const error = new BusError('ERR_BUS_FULL', 'No room.');
    expect(error.details).toEqual({});
    expect(Object.isFrozen(error.details)).toBe(true);
    expect('cause' in error).toBe(false);
  });

  it('keeps a cause that is undefined', () => {
    const error = new BusError('ERR_BUS_HANDLER', 'It failed.', { cause: undefined });
    expect('cause' in error).toBe(true);
    expect(error.cause).toBeUndefined();
  });

  it('is retryable for the four codes whose call may succeed later, and for no other', () => {
    const retryable = errorCodes.filter((code) => new BusError(code, 'x').retryable);
    expect(retryable).toEqual([
      'ERR_BUS_FULL',
      'ERR_BUS_ENDPOINT_UNAVAILABLE',
      'ERR_BUS_TIMEOUT',
      'ERR_BUS_WORKER',
    ]);
  });

  it('is named as the platform names aborts and time-outs', () => {
    expect(new BusError('ERR_BUS_ABORTED', 'x').name).toBe('AbortError');
    expect(new BusError('ERR_BUS_TIMEOUT', 'x').name).toBe('TimeoutError');
    expect(new BusError('ERR_BUS_FULL', 'x').name).toBe('BusError');
    expect(new BusError('ERR_BUS_TIMEOUT', 'too late').stack).toMatch(/^TimeoutError: too late/);
  });

  it('does not list name and cause among its enumerable properties', () => {
    const error = new BusError('ERR_BUS_ABORTED', 'x', { cause: 1 });
    expect(Object.keys(error)).toEqual(['code', 'retryable', 'details']);
  });

  it('lists every code once', () => {
    expect(new Set(errorCodes).size).toBe(errorCodes.length);
    expect(errorCodes).toHaveLength(22);
  });
});

describe('isBusError', () => {
  it('recognises an error of another copy of the class by its brand', () => {
    const brand = Symbol.for('symphony-bus.BusError');
    const foreign = Object.create(null, { [brand]: { value: true } }) as unknown;
    expect(BusError.isBusError(foreign)).toBe(true);
    expect(BusError.isBusError(new BusError('ERR_BUS_FULL', 'x'))).toBe(true);
  });

  it('says no to everything else and never throws', () => {
    const hostile: unknown = new Proxy(
      {},
      {
        get() {
          throw new Error('trap');
        },
      },
    );
    const others = [
      new Error('ERR_BUS_FULL'),
      { code: 'ERR_BUS_FULL' },
      null,
      undefined,
      1,
      hostile,
    ];
    expect(others.map((value) => BusError.isBusError(value))).toEqual(others.map(() => false));
  });
});

describe('outcomeError', () => {
  it('makes an error whose stack is its first line, and leaves the stack limit as it was', () => {
    const before = Error.stackTraceLimit;
    const error = outcomeError('ERR_BUS_TIMEOUT', 'No reply in 5 ms.', { details: { timeout: 5 } });
    expect(error.stack).toBe('TimeoutError: No reply in 5 ms.');
    expect(error.details).toEqual({ timeout: 5 });
    expect(Error.stackTraceLimit).toBe(before);
  });
});
