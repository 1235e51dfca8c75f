/** Programs in processes of their own: a few at a time, since each waits more than it works. */
import { describe, expect, it } from 'vitest';
import { runProgram } from '../helpers/run-program.ts';

describe.concurrent('a process with a bus', () => {
  // Behaviour J8; bugs 88: pinojs/pino#2054, the last messages before the end are lost.
  it('that sends and reaches its end has handled what was accepted, and exits with 0', async () => {
    const { code, error, out } = await runProgram('publish-and-end');
    expect({ code, error }).toEqual({ code: 0, error: '' });
    expect(out).toContain('last event\n');
    expect(out).toContain('reply\n');
    expect(out).toContain('{"event":101,"notification":100,"request":1}');
  });

  // Bugs 88: pinojs/thread-stream PR 249, nothing holds the loop for a flush.
  it('that waits for a flush as the last thing sees it resolve', async () => {
    expect(await runProgram('flush-last')).toMatchObject({ code: 0, out: 'flushed\n', error: '' });
  });

  it('is not held by endpoints, subscriptions and workers alone', async () => {
    const ended = await runProgram('endpoints-alone');
    expect(ended).toMatchObject({ code: 0, signal: null, out: 'end of the program\n', error: '' });
  });

  // Bugs 30: nats-io/nats.node#256; bugs 90: supercharge/promise-pool PR 79, timers that stay behind.
  it('has no timer, port or listener of the bus left after close, and ends at once', async () => {
    const { code, error, out } = await runProgram('pending-then-close');
    expect({ code, error }).toEqual({ code: 0, error: '' });
    const [first, second] = out
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as unknown);
    expect(first).toEqual({ code: 'ERR_BUS_CLOSED', abandoned: 1 });
    expect(second).toEqual({ left: [], sameListeners: true, signalListeners: 0 });
  });

  it('loads Piscina with the first pool, and is not held by its threads', async () => {
    const { code, error, out } = await runProgram('loaded-packages');
    expect({ code, error }).toEqual({ code: 0, error: '' });
    expect(JSON.parse(out)).toEqual({ before: false, after: true });
  });

  it('waits for a pool that cannot be started to say so', async () => {
    const program = await runProgram('pool-that-cannot-start');
    expect(program).toMatchObject({ code: 0, error: '', out: 'ERR_BUS_WORKER\n' });
  });

  // Bugs 16: nodejs/node#44729, a thread that only waits asynchronously ends silently.
  it('keeps an idle connected thread alive', async () => {
    expect(await runProgram('idle-worker')).toMatchObject({ code: 0, out: 'alive\n', error: '' });
  });
});

describe.concurrent('an idle process', () => {
  it.each([
    ['endpoints where the bus has keepAlive, until unref', 'bus'],
    ['an endpoint with keepAlive, until it is closed', 'endpoint'],
    ['endpoints after ref, until the last is closed', 'ref'],
    ['subscriptions after ref, until the last has ended', 'subscription'],
    ['a request that pends, unref or not', 'request'],
    ['an iterator that waits', 'iterator'],
  ])('is held by %s', async (_, scene) => {
    const ended = await runProgram('keep-alive', scene);
    expect(ended).toEqual({ code: 0, signal: null, out: 'held\n', error: '' });
  });

  it.each([
    ['an endpoint with keepAlive after unref', 'unref'],
    ['ref on a bus without endpoints and subscriptions', 'nothing'],
    ['the thread that stands by for the shards', 'standby'],
    ['an iterator whose subscription has ended', 'ended'],
  ])('is not held by %s', async (_, scene) => {
    const ended = await runProgram('keep-alive', scene);
    expect(ended).toEqual({ code: 0, signal: null, out: '', error: '' });
  });
});

describe.concurrent('a process that ends in the tick in which it has sent', () => {
  // Facts 4.8: pino#1400, nodejs/node#40961, output is lost at process.exit.
  it('has delivered to its workers what was accepted, and takes no more', async () => {
    const { code, error, out } = await runProgram('exit-at-once', 'worker', 'exit');
    expect({ code, error }).toEqual({ code: 3, error: '' });
    expect(JSON.parse(out)).toEqual({ code: 3, notified: 250, seen: 250, after: 'closed' });
  });

  it('has done so too when it ends with an error that nobody catches', async () => {
    const { code, error, out } = await runProgram('exit-at-once', 'worker', 'throw');
    expect(code).toBe(1);
    expect(error).toContain('nobody catches this');
    expect(JSON.parse(out)).toEqual({ code: 1, notified: 250, seen: 250, after: 'closed' });
  });

  it('says how many messages its own handlers have not handled', async () => {
    const { code, error, out } = await runProgram('exit-at-once', 'main', 'exit');
    expect(code).toBe(3);
    const line = JSON.parse(error) as { unsettled: number };
    expect(line).toMatchObject({ level: 40, name: 'symphony-bus' });
    // The events are settled once they are routed, which a machine without a free core may not come to in time.
    expect(line.unsettled).toBeGreaterThanOrEqual(250);
    expect(line.unsettled).toBeLessThanOrEqual(500);
    expect(JSON.parse(out)).toMatchObject({ notified: 0, seen: 0, after: 'closed' });
  });
});
