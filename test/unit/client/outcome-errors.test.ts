import { describe, expect, it } from 'vitest';
import {
  closedError,
  endedError,
  handlerError,
  refusalError,
  statusError,
} from '../../../src/client/outcome-errors.ts';
import { REFUSAL, STATUS } from '../../../src/memory/entries.ts';
import { KIND } from '../../../src/message/kinds.ts';

const failure = {
  kind: KIND.request,
  key: 'a.key',
  timeoutMs: 250,
  reason: undefined,
  delivered: 0,
  failed: [],
};

describe('statusError', () => {
  it.each([
    ['noRoute', 'ERR_BUS_NO_ROUTE', false],
    ['unavailable', 'ERR_BUS_ENDPOINT_UNAVAILABLE', true],
    ['timeout', 'ERR_BUS_TIMEOUT', true],
    ['aborted', 'ERR_BUS_ABORTED', false],
    ['expired', 'ERR_BUS_EXPIRED', false],
    ['full', 'ERR_BUS_FULL', true],
    ['died', 'ERR_BUS_WORKER', true],
    ['failed', 'ERR_BUS_DELIVERY_FAILED', false],
    ['late', 'ERR_BUS_INTERNAL', false],
  ] as const)('makes of %s an %s that names verb and key', (name, code, retryable) => {
    const error = statusError(STATUS[name], failure);
    expect(error).toMatchObject({ code, retryable, details: { routingKey: 'a.key' } });
    expect(error.message).toMatch(/^request\('a\.key'\): /);
  });

  it('says that it was a subscription that refused an event, and how many took it', () => {
    const error = statusError(STATUS.full, { ...failure, kind: KIND.event, delivered: 2 });
    expect(error.message).toMatch(
      /^publish\('a\.key'\): a subscription .*overflow 'error'.* 2 took/,
    );
    expect(error.details).toEqual({ routingKey: 'a.key', delivered: 2, option: 'overflow' });
  });

  it('tells of the time-out and of the reason of an abort', () => {
    expect(statusError(STATUS.timeout, failure)).toMatchObject({ details: { timeout: 250 } });
    const reason = new Error('no more');
    const aborted = statusError(STATUS.aborted, { ...failure, reason });
    expect(aborted).toMatchObject({ name: 'AbortError', cause: reason });
  });

  it('lists who failed, with the first as the cause', () => {
    const failed = [
      { endpoint: 'x', error: new Error('one') },
      { endpoint: 'y', error: 'two' },
    ];
    const error = statusError(STATUS.failed, {
      ...failure,
      kind: KIND.notification,
      delivered: 3,
      failed,
    });
    expect(error.details).toEqual({ routingKey: 'a.key', delivered: 3, failed });
    expect(error.cause).toBe(failed[0]?.error);
    expect(error.message).toBe(
      "notify('a.key'): not every endpoint acknowledged it (3 did): x: one",
    );
  });

  it.each([
    ['unavailable', 'ERR_BUS_ENDPOINT_UNAVAILABLE'],
    ['noRoute', 'ERR_BUS_NO_ROUTE'],
    ['died', 'ERR_BUS_WORKER'],
  ] as const)(
    'names the endpoint whose thread ended, and its thread as the cause: %s',
    (name, code) => {
      const because = { target: 3, id: 'e', queueLimit: 1, ended: { threadId: 9, exitCode: 0 } };
      const facts = { routingKey: 'a.key', endpoint: 'e', threadId: 9, exitCode: 0 };
      const error = statusError(STATUS[name], { ...failure, because });
      expect(error).toMatchObject({ code, details: facts });
      expect(error.cause).toMatchObject({ code: 'ERR_BUS_WORKER', details: facts });
      const { ended, ...left } = because;
      const { exitCode, threadId, ...known } = facts;
      const unknown = statusError(STATUS[name], {
        ...failure,
        because: { ...left, ended: { ...ended, exitCode: undefined } },
      });
      expect(unknown.details).toEqual({ ...known, threadId });
      const inOrder = statusError(STATUS[name], { ...failure, because: left });
      expect([inOrder.details, inOrder.cause]).toEqual([known, undefined]);
      expect([exitCode, inOrder.message]).toEqual([0, expect.stringContaining("'e' left the bus")]);
    },
  );

  it('shortens a long key', () => {
    expect(
      statusError(STATUS.noRoute, { ...failure, key: 'k'.repeat(4000) }).message.length,
    ).toBeLessThan(200);
  });
});

describe('refusalError', () => {
  it.each([
    [REFUSAL.overLimit, "endpoint 'e' has as many messages waiting"],
    [REFUSAL.died, "the thread 9 of endpoint 'e' ended with exit code 1 before it answered"],
  ])('names the endpoint once: %i', (why, text) => {
    const ended = { threadId: 9, exitCode: 1 };
    const { message } = refusalError(why, { target: 3, id: 'e', queueLimit: 1, ended });
    expect(message.startsWith(text)).toBe(true);
    expect(message.split("'e'")).toHaveLength(2);
  });

  // Several may end at once, and only the last end is known: it may be a neighbour's.
  it('does not say that the last end of a pool was that of its thread', () => {
    const lastEnd = { threadId: 9, exitCode: 1 };
    const { message } = refusalError(REFUSAL.died, { target: 3, id: 'e', queueLimit: 1, lastEnd });
    expect(message).toContain(
      "ts thread ended before it answered; the last to end: thread 9 of endpoint 'e' ended with exit code 1; ",
    );
  });
});

describe('the other ends of a call', () => {
  it('keep what the handler threw', () => {
    const cause = new TypeError('bad');
    expect(handlerError(cause, 'k', 3)).toMatchObject({
      code: 'ERR_BUS_HANDLER',
      message: 'bad',
      cause,
      details: { attempts: 3 },
    });
  });

  it('say that the bus closes, has closed, or has ended', () => {
    expect(closedError('closing')).toMatchObject({
      code: 'ERR_BUS_CLOSED',
      details: { state: 'closing', accepted: false },
    });
    expect(closedError('closed', "this thread's connection").message).toMatch(/^This thread's/);
    expect(endedError('closed')).toMatchObject({ code: 'ERR_BUS_CLOSED' });
    expect(endedError('fatal')).toMatchObject({ code: 'ERR_BUS_FATAL' });
  });
});
