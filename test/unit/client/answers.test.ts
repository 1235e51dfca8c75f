import { describe, expect, it } from 'vitest';
import type { Loan } from '../../../src/client/loan.ts';
import { ACK_STATUS, STATUS } from '../../../src/memory/entries.ts';
import { BusError } from '../../../src/message/errors.ts';
import { heldByWorld } from './at-rest.ts';
import { CoreWorld } from './core-world.ts';
import { HoldingReceiver } from './holding-receiver.ts';

function makeService(size: ConstructorParameters<typeof CoreWorld>[0] = {}) {
  const world = new CoreWorld(size);
  const [caller, owner] = [world.client(0), world.client(1)];
  const service = new HoldingReceiver(owner);
  world.addRoute('k', world.addTarget(owner, service));
  return { world, caller, owner, service };
}

describe('Answers', () => {
  it('settles a loan once: what comes second is ignored', () => {
    const { world, caller, owner, service } = makeService();
    const send = caller.request('k');
    world.run();
    const [loan] = service.loans;
    const { answers } = owner.core.receiverParts;
    service.reply('first');
    if (loan === undefined) throw new Error('nothing on loan');
    answers.reply(loan, 'second');
    answers.replyError(loan, new Error('third'));
    answers.acknowledge(loan, ACK_STATUS.failed);
    answers.report(loan, 'e', new Error('fourth'));
    world.run();
    expect(send.value).toBe('first');
    expect(owner.statuses).toEqual([STATUS.ok]);
    expect(heldByWorld(world)).toEqual({});
  });

  it('rejects with what the handler threw, or with the own verdict of the bus', () => {
    const { world, caller, service } = makeService();
    const thrown = caller.request('k');
    const verdict = caller.request('k');
    world.run();
    service.replyError(new RangeError('bad'));
    service.replyError(new BusError('ERR_BUS_TIMEOUT', 'too slow'), true);
    world.run();
    expect(thrown.toError()).toMatchObject({
      code: 'ERR_BUS_HANDLER',
      cause: new RangeError('bad'),
    });
    expect(verdict.toError()).toMatchObject({ code: 'ERR_BUS_TIMEOUT', message: 'too slow' });
  });

  it('says of a result that cannot be sent why', () => {
    const { world, caller, service } = makeService();
    const send = caller.request('k');
    world.run();
    const { answers } = service.client.core.receiverParts;
    expect(answers.reply(service.loans[0] as Loan, { f: () => undefined }, 'billing')).toBe(false);
    world.run();
    const error = send.toError() as BusError;
    expect(error).toMatchObject({
      code: 'ERR_BUS_HANDLER',
      cause: {
        code: 'ERR_BUS_INVALID_MESSAGE',
        details: { endpoint: 'billing', field: 'payload.f' },
      },
    });
    expect(error.message).toMatch(
      /^The reply of endpoint 'billing' cannot be sent\. .*payload\.f is a function/,
    );
  });

  it('says of a result that is too large that it is', () => {
    const { world, caller, service } = makeService();
    const send = caller.request('k');
    world.run();
    service.reply(new Uint8Array(20_000));
    world.run();
    expect(send.toError()).toMatchObject({ cause: { code: 'ERR_BUS_MESSAGE_TOO_LARGE' } });
    expect(heldByWorld(world)).toEqual({});
  });

  it.each([64, 300])(
    'still answers where messages have at most %i bytes and errors have more',
    (maxMessageBytes) => {
      const { world, caller, service } = makeService({ maxMessageBytes });
      const request = caller.request('k');
      const notification = caller.notify('k');
      world.run();
      service.replyError(new Error('x'.repeat(5000)));
      service.report('an endpoint with a name', new Error('x'.repeat(5000)));
      world.run();
      expect(request.failed).toBe(true);
      expect(request.toError().message).toMatch(/too large/);
      expect(notification.toError()).toMatchObject({ code: 'ERR_BUS_DELIVERY_FAILED' });
      expect(heldByWorld(world)).toEqual({});
    },
  );

  it('keeps replies that find no room, in order, until there is some', () => {
    const { world, caller, owner, service } = makeService({ slots: 4 });
    // The reserve of one slot is all that the owner has left.
    const own = [1, 2, 3].map(() => owner.notify('k'));
    const sends = ['a', 'b', 'c'].map((text) => caller.request('k', text));
    world.run();
    const loans = service.loans.filter(({ kind }) => kind === 2);
    expect([own.length, sends.length, loans.length]).toEqual([3, 3, 3]);
    const { answers } = owner.core.receiverParts;
    // Those that must wait count as sendable.
    expect(loans.map((loan, at) => answers.reply(loan, at))).toEqual([true, true, true]);
    expect(answers.waiting).toBe(2);
    expect(owner.core.outstanding).toBe(6);
    world.run();
    expect(answers.waiting).toBe(0);
    expect(sends.map(({ value }) => value)).toEqual([0, 1, 2]);
  });
});
