import { describe, expect, it } from 'vitest';
import { runProgram } from '../helpers/run-program.ts';

describe('a process with a bus', () => {
  it('that sends and reaches its end has handled what was accepted, and exits with 0', async () => {
    const { code, error, out } = await runProgram('publish-and-end');
    expect({ code, error }).toEqual({ code: 0, error: '' });
    expect(out).toContain('last event\n');
    expect(out).toContain('reply\n');
    expect(out).toContain('{"event":101,"notification":100,"request":1}');
  });

  it('that waits for a flush as the last thing sees it resolve', async () => {
    expect(await runProgram('flush-last')).toMatchObject({ code: 0, out: 'flushed\n', error: '' });
  });

  it('is not held by endpoints, subscriptions and workers alone', async () => {
    const ended = await runProgram('endpoints-alone');
    expect(ended).toMatchObject({ code: 0, signal: null, out: 'end of the program\n', error: '' });
  });

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

  it('is held by endpoints where keepAlive says so, until unref', async () => {
    const ended = await runProgram('keep-alive');
    expect(ended).toMatchObject({ code: 0, signal: null, out: 'still here\n', error: '' });
  });

  it('keeps an idle connected thread alive', async () => {
    expect(await runProgram('idle-worker')).toMatchObject({ code: 0, out: 'alive\n', error: '' });
  });
});
