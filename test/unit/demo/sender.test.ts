import { describe, expect, it } from 'vitest';
import { Catalogue } from '../../../src/demo/catalogue.ts';
import { NUMBER_HEADER } from '../../../src/demo/delivery-headers.ts';
import { Faults } from '../../../src/demo/faults.ts';
import type { PhaseLatencies } from '../../../src/demo/latencies.ts';
import { Plan } from '../../../src/demo/plan.ts';
import { Audience, placeReceivers } from '../../../src/demo/receivers.ts';
import type { SendHeaders, SendingBus } from '../../../src/demo/sender.ts';
import { PlanSender } from '../../../src/demo/sender.ts';
import { loadDeliveries } from '../../../src/demo/webhooks/load.ts';
import { BusError } from '../../../src/index.ts';

const catalogue = new Catalogue(loadDeliveries().slice(0, 20));
const script = {
  catalogue,
  receivers: placeReceivers(1),
  plan: new Plan(catalogue.keys),
  audience: new Audience(catalogue.keys),
};

/** Answers as a bus does that delivers everything; tests spoil one of its answers. */
class ObligingBus implements SendingBus {
  readonly numbers: number[] = [];
  inFlightMax = 0;
  #inFlight = 0;

  request(_key: string, payload: unknown, options: SendHeaders): Promise<unknown> {
    const bytes = (payload as Uint8Array).byteLength;
    return this.#answer(options, (number) => ({ number, bytes }));
  }

  notify(_key: string, _payload: unknown, options: SendHeaders): Promise<{ delivered: number }> {
    return this.#answer(options, () => ({ delivered: 2 }));
  }

  publish(_key: string, _payload: unknown, options: SendHeaders): Promise<number> {
    return this.#answer(options, (number) => script.audience.of(script.plan.at(number)).length);
  }

  async #answer<T>(options: SendHeaders, answerTo: (number: number) => T): Promise<T> {
    const number = Number(options.headers[NUMBER_HEADER]);
    this.numbers.push(number);
    this.#inFlight += 1;
    this.inFlightMax = Math.max(this.inFlightMax, this.#inFlight);
    await Promise.resolve();
    this.#inFlight -= 1;
    return answerTo(number);
  }
}

function countingLatencies(): PhaseLatencies & { counts: Record<string, number> } {
  const counts: Record<string, number> = {};
  const counter = (name: string) => ({
    record: () => {
      counts[name] = (counts[name] ?? 0) + 1;
    },
    summary: () => ({ count: 0, mean: 0, p50: 0, p90: 0, p99: 0, p999: 0, max: 0 }),
  });
  return {
    counts,
    cachedRouting: counter('cachedRouting'),
    uncachedRouting: counter('uncachedRouting'),
    roundTrip: counter('roundTrip'),
  };
}

async function sendReplays(bus: SendingBus, replays: number) {
  const faults = new Faults();
  const sender = new PlanSender(bus, script, faults, () => 0);
  const latencies = countingLatencies();
  const maySend = (): boolean => true;
  const mayBegin = (): boolean => sender.replays < replays;
  await sender.run({ window: 8, latencies, maySend, mayBegin });
  return { sender, latencies, faults: faults.list() };
}

describe('PlanSender', () => {
  it('hands over all messages of whole replays in order, a window of them at once', async () => {
    const bus = new ObligingBus();
    const { faults, sender } = await sendReplays(bus, 3);
    const count = script.plan.messageCount(3);
    expect(faults).toEqual([]);
    expect(sender.replays).toBe(3);
    expect(sender.settled).toBe(count);
    expect(bus.numbers).toEqual(Array.from({ length: count }, (_, number) => number));
    expect(bus.inFlightMax).toBe(8);
  });

  it('times every request and every event, those under new keys apart', async () => {
    const { latencies } = await sendReplays(new ObligingBus(), 10);
    const messages = Array.from({ length: script.plan.messageCount(10) }, (_, n) =>
      script.plan.at(n),
    );
    const events = messages.filter(({ kind }) => kind === 'event');
    expect(latencies.counts).toEqual({
      roundTrip: messages.filter(({ kind }) => kind === 'request').length,
      cachedRouting: events.filter(({ isNewKey }) => !isNewKey).length,
      uncachedRouting: events.filter(({ isNewKey }) => isNewKey).length,
    });
  });

  it('ends a phase in the middle of a replay, and goes on from there in the next', async () => {
    const bus = new ObligingBus();
    const sender = new PlanSender(bus, script, new Faults(), () => 0);
    const latencies = countingLatencies();
    const mayBegin = (): boolean => sender.replays === 0;
    const maySend = (): boolean => bus.numbers.length < 10;
    await sender.run({ window: 1, latencies, maySend, mayBegin });
    expect(sender.settled).toBe(10);
    await sender.run({ window: 4, latencies, maySend: () => true, mayBegin });
    const count = script.plan.messageCount(1);
    expect(bus.numbers).toEqual(Array.from({ length: count }, (_, number) => number));
  });

  it('stops at the first call that fails, and says which', async () => {
    class RefusingBus extends ObligingBus {
      override publish(key: string, payload: unknown, options: SendHeaders): Promise<number> {
        if (options.headers[NUMBER_HEADER] === '1') return Promise.reject(new Error('no room'));
        return super.publish(key, payload, options);
      }
    }
    const { faults, sender } = await sendReplays(new RefusingBus(), 3);
    expect(sender.isBroken).toBe(true);
    expect(sender.settled).toBeLessThan(script.plan.messageCount(1));
    expect(faults).toEqual([{ word: 'failed', count: 1, examples: ['event 1: Error: no room'] }]);
  });

  it('goes on when a handler refused its message, which has arrived all the same', async () => {
    class RefusingEndpoint extends ObligingBus {
      override request(key: string, payload: unknown, options: SendHeaders): Promise<unknown> {
        if (options.headers[NUMBER_HEADER] !== '0') return super.request(key, payload, options);
        return Promise.reject(new BusError('ERR_BUS_HANDLER', 'wrong signature'));
      }
    }
    const { faults, sender } = await sendReplays(new RefusingEndpoint(), 1);
    expect(sender.isBroken).toBe(false);
    expect(sender.settled).toBe(script.plan.messageCount(1));
    expect(faults.map(({ count, word }) => [word, count])).toEqual([['failed', 1]]);
  });

  it('catches a reply that belongs to another request, and a count that is not due', async () => {
    class ConfusedBus extends ObligingBus {
      override request(key: string, payload: unknown, options: SendHeaders): Promise<unknown> {
        if (options.headers[NUMBER_HEADER] !== '0') return super.request(key, payload, options);
        return Promise.resolve({ number: 3, bytes: (payload as Uint8Array).byteLength });
      }
      override notify(): Promise<{ delivered: number }> {
        return Promise.resolve({ delivered: 1 });
      }
    }
    const { faults } = await sendReplays(new ConfusedBus(), 1);
    expect(faults.map(({ count, word }) => [word, count])).toEqual([['wrong answer', 21]]);
  });
});
