import { describe, expect, it } from 'vitest';
import { PendingSend, type SendHome } from '../../../src/client/pending-send.ts';
import { STATUS } from '../../../src/memory/entries.ts';
import { outcomeOf, withFailure } from '../../../src/memory/outcome-word.ts';
import { KIND } from '../../../src/message/kinds.ts';
import { NO_SEND_OPTIONS } from '../../../src/options.ts';

function makeSend(kind: number) {
  const released: PendingSend[] = [];
  const home = {
    now: () => 0,
    release: (send: PendingSend) => released.push(send),
  } as unknown as SendHome;
  return { send: new PendingSend(kind, 'k', NO_SEND_OPTIONS, 100, home), released };
}

describe('PendingSend', () => {
  it('ends once: what comes second changes nothing', async () => {
    const { send, released } = makeSend(KIND.notification);
    send.settle(STATUS.ok, outcomeOf(2));
    send.settle(STATUS.timeout, 0);
    send.fail(new Error('closed'));
    send.abort('reason');
    expect([send.failed, send.value, released]).toEqual([false, { delivered: 2 }, [send]]);
    expect(await send.promise).toBe(send);
  });

  it('counts subscriptions of an event as a number', () => {
    const { send } = makeSend(KIND.event);
    send.settle(STATUS.ok, outcomeOf(3));
    expect(send.value).toBe(3);
  });

  it('lists the failures that it was told of, and how many went well', () => {
    const { send } = makeSend(KIND.notification);
    const failure = { endpoint: 'e', error: 'why' };
    send.report(failure);
    send.settle(STATUS.failed, withFailure(outcomeOf(3)));
    expect(send.toError()).toMatchObject({ details: { delivered: 2, failed: [failure] } });
  });

  it('gives the error that the bus ended with as it is', () => {
    const { send } = makeSend(KIND.request);
    const end = new Error('the end');
    send.fail(end);
    expect([send.failed, send.toError()]).toEqual([true, end]);
  });
});
