import { describe, expect, it } from 'vitest';
import { answerByCorrelation } from '../../../src/client/correlation.ts';
import { heldByWorld } from './at-rest.ts';
import { CoreWorld } from './core-world.ts';
import { HoldingReceiver } from './holding-receiver.ts';

describe('answerByCorrelation', () => {
  it('answers a request that a handler keeps open, once', async () => {
    const world = new CoreWorld();
    let id = '';
    const target = world.addEndpoint(world.client(1), 'e', (message) => {
      id = message.correlationId ?? '';
      return new Promise(() => undefined);
    });
    world.addRoute('k', target);
    const send = world.client().request('k');
    await world.runAsync();
    await answerByCorrelation(world.client(1).core, id, 'by hand');
    await world.runAsync();
    expect(send.value).toBe('by hand');
    await expect(answerByCorrelation(world.client(1).core, id, 'again')).rejects.toMatchObject({
      code: 'ERR_BUS_CORRELATION_NOT_FOUND',
    });
  });

  it('answers from another thread; the handler is told, and what it says later is dropped', async () => {
    const world = new CoreWorld({ clients: 3 });
    const holder = new HoldingReceiver(world.client(1));
    world.addRoute('k', world.addTarget(holder.client, holder));
    const send = world.client().request('k', 'payload', { id: 'mine' });
    const next = world.client().request('k', 'next');
    world.run();
    const [first] = holder.loans;
    const id = `0.1.${first?.cell}.${first?.number}.${first?.seqLow}`;
    const answer = answerByCorrelation(world.client(2).core, id, 'from elsewhere');
    world.run();
    await answer;
    expect([send.value, next.isOpen, first?.aborted]).toEqual(['from elsewhere', true, true]);
    const again = answerByCorrelation(world.client(2).core, id, 'again');
    const refused = expect(again).rejects.toMatchObject({ code: 'ERR_BUS_CORRELATION_NOT_FOUND' });
    world.run();
    await refused;
    holder.reply('late');
    holder.reply('in time');
    world.run();
    expect(next.value).toBe('in time');
    expect(world.shard().state.counters.counts.late).toBe(2);
    expect(heldByWorld(world)).toEqual({});
  });

  it('does not answer at the next owner of an id what the last one was asked', async () => {
    const world = new CoreWorld({ clients: 4, ids: 4 });
    const last = new HoldingReceiver(world.client(3));
    world.addRoute('k', world.addTarget(last.client, last));
    world.client(1).request('k');
    world.run();
    const [old] = last.loans;
    world.detach(last.client);
    world.run();
    const next = world.admit();
    if (next === undefined) throw new Error('no id is free');
    const holder = new HoldingReceiver(next);
    world.addRoute('n', world.addTarget(next, holder));
    const send = world.client(2).request('n');
    world.run();
    const [loan] = holder.loans;
    const named = `${loan?.cell}.${loan?.number}.${loan?.seqLow}`;
    expect([next.core.id, named]).toEqual([3, `${old?.cell}.${old?.number}.${old?.seqLow}`]);
    const stray = answerByCorrelation(world.client().core, `0.3.${named}`, 'of the past');
    const refused = expect(stray).rejects.toMatchObject({ code: 'ERR_BUS_CORRELATION_NOT_FOUND' });
    world.run();
    await refused;
    expect(send.isOpen).toBe(true);
    const answer = answerByCorrelation(world.client().core, `0.${next.id}.${named}`, 'now');
    world.run();
    await answer;
    expect(send.value).toBe('now');
  });

  it('tells an old name from a new one, and a request from other messages', async () => {
    const world = new CoreWorld({ clients: 3 });
    const holder = new HoldingReceiver(world.client(1));
    world.addRoute('k', world.addTarget(holder.client, holder));
    const sends = [world.client().notify('k'), world.client().request('k')];
    world.run();
    const [notification, request] = holder.loans;
    const answers = [
      `0.1.${notification?.cell}.${notification?.number}.${notification?.seqLow}`,
      `0.1.${request?.cell}.${request?.number}.77`,
    ].map((id) =>
      answerByCorrelation(world.client(2).core, id, 'wrong').catch(
        ({ code }: { code: string }) => code,
      ),
    );
    world.run();
    expect(await Promise.all(answers)).toEqual(Array(2).fill('ERR_BUS_CORRELATION_NOT_FOUND'));
    expect(sends.map(({ isOpen }) => isOpen)).toEqual([true, true]);
    holder.acknowledge();
    holder.reply('right');
    world.run();
    expect(sends[1]?.value).toBe('right');
    expect(heldByWorld(world)).toEqual({});
  });

  it('says that nobody waits when the caller has given up, and gives the loan back', async () => {
    const world = new CoreWorld();
    const holder = new HoldingReceiver(world.client(1));
    world.addRoute('k', world.addTarget(holder.client, holder));
    const send = world.client().request('k', 1, { timeout: 5 });
    world.run();
    const [loan] = holder.loans;
    world.advance(5);
    world.run();
    expect(send.isOpen).toBe(false);
    const id = `0.1.${loan?.cell}.${loan?.number}.${loan?.seqLow}`;
    await expect(answerByCorrelation(holder.client.core, id, 1)).rejects.toMatchObject({
      code: 'ERR_BUS_CORRELATION_NOT_FOUND',
    });
    world.run();
    expect(world.shard().state.counters.counts.late).toBe(1);
    expect(heldByWorld(world)).toEqual({});
  });

  it.each([
    '',
    '0.1.0.1',
    '0.1.0.1.1',
    '9.1.0.1.1',
    '0.2147483647.0.1.1',
    '0.1.70000.1.1',
    'text',
    '1e3.x',
    7 as unknown as string,
  ])('refuses %j, for which nobody waits', async (id) => {
    const { core } = new CoreWorld().client(1);
    await expect(answerByCorrelation(core, id, 1)).rejects.toMatchObject({
      details: { correlationId: id },
    });
  });
});
