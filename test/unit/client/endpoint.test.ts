import { describe, expect, it } from 'vitest';
import { checkHandler, EndpointReceiver, type Handler } from '../../../src/client/endpoint.ts';
import { ClientEndpoint } from '../../../src/client/endpoint-handle.ts';
import type { EndpointOptions } from '../../../src/options.ts';
import { resolveEndpointOptions } from '../../../src/options.ts';
import { type Gate, gate } from '../../helpers/gate.ts';
import { heldByWorld } from './at-rest.ts';
import { CoreWorld } from './core-world.ts';

function makeService(handler: Handler, options: EndpointOptions = {}) {
  const world = new CoreWorld();
  const owner = world.client(1);
  const parts = owner.core.receiverParts;
  const resolved = resolveEndpointOptions(options);
  const receiver = new EndpointReceiver('e', handler, resolved, parts);
  const target = world.addTarget(owner, receiver, { retry: resolved.retry });
  world.addRoute('k', target);
  return { world, caller: world.client(0), owner, receiver, target };
}

function defect(): never {
  throw new Error('defect');
}

/** A failure is final. */
const ONCE = { retry: { attempts: 1 } };

/** A handler that ends when the test says so. */
function gated(): {
  readonly handler: Handler;
  readonly gates: Gate<unknown>[];
  readonly started: unknown[];
} {
  const gates: Gate<unknown>[] = [];
  const started: unknown[] = [];
  const handler: Handler = ({ payload }) => {
    started.push(payload);
    const ended = gate<unknown>();
    gates.push(ended);
    return ended.promise;
  };
  return { handler, gates, started };
}

describe('EndpointReceiver', () => {
  it('runs at most so many handlers at once, and starts them in order', async () => {
    const { handler, gates, started } = gated();
    const { world, caller, receiver } = makeService(handler, { concurrency: 2 });
    const sends = [0, 1, 2, 3].map((at) => caller.request('k', at));
    await world.runAsync();
    expect([started, receiver.held]).toEqual([[0, 1], 4]);
    gates[1]?.open('b');
    await world.runAsync();
    expect([started, sends[1]?.value]).toEqual([[0, 1, 2], 'b']);
    for (const at of [0, 2]) gates[at]?.open('x');
    await world.runAsync();
    gates[3]?.open('y');
    await world.runAsync();
    expect(receiver.held).toBe(0);
    expect(heldByWorld(world)).toEqual({});
  });

  it.each<[string, () => unknown]>([
    ['throws when it is called', () => Object.defineProperty({}, 'then', { value: defect })],
    ['throws when it is asked for', () => Object.defineProperty({}, 'then', { get: defect })],
  ])('fails a request whose reply has a then that %s', async (_what, handler) => {
    const { world, caller, receiver } = makeService(handler, ONCE);
    const send = caller.request('k', 1);
    await world.runAsync();
    expect(send.value).toEqual(new Error('defect'));
    expect([receiver.held, receiver.tally.inFlight]).toEqual([0, 0]);
    expect(heldByWorld(world)).toEqual({});
  });

  it('takes the first word of a then that calls back twice', async () => {
    const twice = {
      // biome-ignore lint/suspicious/noThenProperty: it stands for a promise that is not the language's own.
      then(resolve: (value: number) => void) {
        resolve(1);
        resolve(2);
      },
    };
    const { world, caller, receiver } = makeService(() => twice);
    const send = caller.request('k', 1);
    await world.runAsync();
    expect(send.value).toBe(1);
    expect([receiver.held, receiver.tally.inFlight]).toEqual([0, 0]);
  });

  it('answers a notification by acknowledging it, and reports what was thrown or rejected', async () => {
    const { world, caller } = makeService(({ payload }) => {
      if (payload === 'throw') throw new Error('thrown');
      return payload === 'reject' ? Promise.reject(new Error('rejected')) : undefined;
    }, ONCE);
    const [ok, thrown, rejected] = ['ok', 'throw', 'reject'].map((text) =>
      caller.notify('k', text),
    );
    await world.runAsync();
    expect(ok?.value).toEqual({ delivered: 1 });
    expect(thrown?.toError().message).toContain('e: thrown');
    expect(rejected?.toError().message).toContain('e: rejected');
    expect(world.client(1).core.counters.counts).toMatchObject({ delivered: 1, handlerFailed: 2 });
  });

  it('repeats a failed notification as its policy says, and reports what the last attempt threw', async () => {
    const attempts: [number, boolean][] = [];
    const { world, caller } = makeService(
      ({ attempt, redelivered }) => {
        attempts.push([attempt, redelivered]);
        throw new Error(`attempt ${attempt}`);
      },
      { retry: { attempts: 3, initial: 10, jitter: 'none' } },
    );
    const send = caller.notify('k');
    await world.runAsync();
    for (const wait of [10, 20]) {
      world.advance(wait - 1);
      await world.runAsync();
      const before = attempts.length;
      world.advance(1);
      await world.runAsync();
      expect(attempts.length).toBe(before + 1);
    }
    expect(attempts).toEqual([
      [1, false],
      [2, true],
      [3, true],
    ]);
    expect(send.toError().message).toContain('attempt 3');
    expect(heldByWorld(world)).toEqual({});
  });

  it.each([1, 2, 3])(
    'answers a request with its %i. attempt, and says so when that fails too',
    async (good) => {
      const { world, caller } = makeService(
        ({ attempt, payload }) => {
          if (attempt < good || payload === 'never') throw new Error(`attempt ${attempt}`);
          return attempt;
        },
        { retry: { attempts: 3, initial: 1, jitter: 'none' } },
      );
      const [send, hopeless] = [caller.request('k'), caller.request('k', 'never')];
      for (const wait of [1, 2]) {
        await world.runAsync();
        world.advance(wait);
      }
      await world.runAsync();
      expect(send.value).toBe(good);
      expect(hopeless.toError()).toMatchObject({
        code: 'ERR_BUS_HANDLER',
        message: 'attempt 3',
        details: { attempts: 3 },
      });
      expect(heldByWorld(world)).toEqual({});
    },
  );

  it.each([
    ['notify' as const, 'ERR_BUS_DELIVERY_FAILED'],
    ['request' as const, 'ERR_BUS_HANDLER'],
  ])('does not repeat what is not retryable: %s', async (verb, code) => {
    let runs = 0;
    const { world, caller } = makeService(
      () => {
        runs += 1;
        throw Object.assign(new Error('no use'), { retryable: false });
      },
      { retry: { attempts: 5, initial: 0 } },
    );
    const send = caller[verb]('k');
    await world.runAsync();
    expect([runs, send.toError().message]).toEqual([1, expect.stringContaining('no use')]);
    expect(send.toError()).toMatchObject({ code });
  });

  it('ends an attempt that takes too long, and drops and counts its late result', async () => {
    const { handler, gates } = gated();
    const { world, caller, owner } = makeService(handler, { concurrency: 1, timeout: 10 });
    const [first, second] = [caller.request('k', 1), caller.request('k', 2)];
    await world.runAsync();
    world.advance(10);
    await world.runAsync();
    expect(first.toError()).toMatchObject({ code: 'ERR_BUS_TIMEOUT', details: { endpoint: 'e' } });
    gates[0]?.open('late');
    gates[1]?.open('in time');
    await world.runAsync();
    expect([second.value, owner.core.counters.counts.lateResults, owner.timerCount]).toEqual([
      'in time',
      1,
      0,
    ]);
    expect(heldByWorld(world)).toEqual({});
  });

  it('does not start what has waited here beyond its ttl, and says so at its time', async () => {
    const { handler, gates, started } = gated();
    const { world, caller, owner, receiver } = makeService(handler, { concurrency: 1 });
    caller.request('k', 'first');
    const request = caller.request('k', 'late', { ttl: 5 });
    const notification = caller.notify('k', 'late', { ttl: 5 });
    const patient = caller.request('k', 'patient', { ttl: 50 });
    await world.runAsync();
    world.advance(5);
    await world.runAsync();
    expect(request.toError()).toMatchObject({
      code: 'ERR_BUS_EXPIRED',
      details: { endpoint: 'e' },
    });
    expect(notification.toError()).toMatchObject({ code: 'ERR_BUS_EXPIRED' });
    for (const at of [0, 1]) {
      gates[at]?.open('done');
      await world.runAsync();
    }
    expect([started, patient.value]).toEqual([['first', 'patient'], 'done']);
    expect([owner.timerCount, receiver.tally.failed, receiver.held]).toEqual([0, 0, 0]);
    expect(heldByWorld(world)).toEqual({});
  });

  it('looks at the ttl of what it starts at once: its thread may have been busy', async () => {
    const { handler, started } = gated();
    const { world, caller } = makeService(handler);
    const late = caller.request('k', 'late', { ttl: 5 });
    caller.endMicrotask();
    caller.core.flushAll();
    world.shard().step(world.nowMs);
    world.nowMs += 5;
    await world.runAsync();
    expect([late.toError().message, started]).toEqual([expect.stringContaining('ttl'), []]);
    expect(late.toError()).toMatchObject({ code: 'ERR_BUS_EXPIRED' });
  });

  it('hands back what has not started when it closes, and says when the rest is answered', async () => {
    const { handler, gates, started } = gated();
    const { world, caller, owner, receiver, target } = makeService(handler, { concurrency: 1 });
    const sends = [0, 1].map((at) => caller.request('k', at));
    await world.runAsync();
    world.addRoute(
      '*',
      world.addEndpoint(owner, 'other', () => 'other'),
    );
    world.removeTarget(target);
    const ended: string[] = [];
    void receiver.close().then(() => ended.push('once'));
    void receiver.close().then(() => ended.push('twice'));
    await world.runAsync();
    expect([started, sends[1]?.value, ended]).toEqual([[0], 'other', []]);
    gates[0]?.open('first');
    await world.runAsync();
    expect([sends[0]?.value, ended]).toEqual(['first', ['once', 'twice']]);
    await receiver.close();
  });

  it('hands back what comes after it has closed', async () => {
    const { world, caller, owner, receiver, target } = makeService(() => 'this one');
    const send = caller.request('k');
    caller.endMicrotask();
    world.shard().step(world.nowMs);
    world.addRoute(
      '*',
      world.addEndpoint(owner, 'other', () => 'other'),
    );
    world.removeTarget(target);
    await receiver.close();
    await world.runAsync();
    expect(send.value).toBe('other');
  });
});

describe('checkHandler', () => {
  it.each([undefined, null, {}, 'text'])('refuses %j', (handler) => {
    expect(() => checkHandler(handler, 'registerEndpoint')).toThrow(
      expect.objectContaining({ code: 'ERR_BUS_CONFIG' }),
    );
  });
});

describe('an endpoint in its owner’s hands', () => {
  it('is taken out once, whatever is called and how often', async () => {
    let removals = 0;
    const remove = async (): Promise<void> => {
      removals += 1;
    };
    const endpoint = new ClientEndpoint('e', remove, () => Promise.reject(new Error('too late')));
    const first = endpoint.close();
    expect([endpoint.close(), endpoint.drain(), endpoint[Symbol.asyncDispose]()]).toEqual([
      first,
      first,
      first,
    ]);
    await first;
    expect(removals).toBe(1);
  });
});
