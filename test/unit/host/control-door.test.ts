import { setImmediate as turn } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { MessageChannel } from 'node:worker_threads';
import { afterEach, describe, expect, it } from 'vitest';
import { Door, serveDoor } from '../../../src/host/control-door.ts';
import { BusError } from '../../../src/message/errors.ts';

const open: { close(): void }[] = [];
afterEach(() => {
  for (const port of open.splice(0)) port.close();
});

type Answer = (method: string, parameters: readonly unknown[]) => Promise<unknown>;

function doorTo(answer: Answer, deadlineMs?: number) {
  const { port1, port2 } = new MessageChannel();
  open.push(port1, port2);
  const closings: string[] = [];
  serveDoor(port1, answer);
  const door = new Door(port2, () => closings.push('closed'), deadlineMs);
  return { door, closings, mainPort: port1 };
}

const never: Answer = () => new Promise(() => {});

describe('Door', () => {
  it('carries a call and its answer', async () => {
    const { door } = doorTo(async (method, parameters) => ({ method, parameters }));
    const memory = new SharedArrayBuffer(4);
    const answer = await door.call('attach', [1, { memory }]);
    expect(answer).toEqual({ method: 'attach', parameters: [1, { memory }] });
  });

  it('keeps code, details and cause of an error', async () => {
    const { door } = doorTo(async () => {
      const cause = new RangeError('why');
      throw new BusError('ERR_BUS_DUPLICATE', 'exists', { cause, details: { endpoint: 'a' } });
    });
    const error: unknown = await door.call('registerEndpoint', []).catch((e: unknown) => e);
    expect(error).toBeInstanceOf(BusError);
    expect(error).toMatchObject({
      code: 'ERR_BUS_DUPLICATE',
      details: { endpoint: 'a' },
      cause: { message: 'why' },
    });
    expect((error as Error).cause).toBeInstanceOf(RangeError);
  });

  it('keeps answers apart, in whatever order they come', async () => {
    const answers: (() => void)[] = [];
    const { door } = doorTo(
      (method) => new Promise((resolve) => answers.push(() => resolve(method))),
    );
    const calls = ['a', 'b', 'c'].map((method) => door.call(method, []));
    while (answers.length < 3) await new Promise((resolve) => setImmediate(resolve));
    for (const answer of answers.reverse()) answer();
    expect(await Promise.all(calls)).toEqual(['a', 'b', 'c']);
  });

  it('rejects at its deadline when main does not answer', async () => {
    const { door } = doorTo(never, 5);
    await expect(door.call('attach', [])).rejects.toMatchObject({
      code: 'ERR_BUS_TIMEOUT',
      details: { method: 'attach', timeoutMs: 5 },
    });
  });

  it('rejects what is under way, and later calls, when main closes the port', async () => {
    const { closings, door, mainPort } = doorTo(never);
    const calls = [door.call('a', []), door.call('b', [])];
    mainPort.close();
    for (const call of calls) {
      await expect(call).rejects.toMatchObject({ code: 'ERR_BUS_CLOSED' });
    }
    await expect(door.call('c', [])).rejects.toMatchObject({ code: 'ERR_BUS_CLOSED' });
    expect(closings).toEqual(['closed']);
  });

  it('rejects what is under way when it is closed itself', async () => {
    const { door } = doorTo(never);
    const call = door.call('a', []);
    door.close();
    await expect(call).rejects.toMatchObject({ code: 'ERR_BUS_CLOSED' });
  });

  it('rejects a parameter that cannot be cloned, and stays usable', async () => {
    const { door } = doorTo(async () => 'fine');
    await expect(door.call('a', [() => 1])).rejects.toThrow(/could not be cloned/);
    expect(await door.call('b', [])).toBe('fine');
  });

  it('finds a port closed that was closed before it came', async () => {
    const { port1, port2 } = new MessageChannel();
    open.push(port2);
    port1.close();
    const closed = new Promise<void>((resolve) => {
      const door = new Door(port2, resolve);
      door.call('attach', []).catch(() => {});
    });
    await closed;
  });

  // comlink's registry holds the port, and what hangs on the port held the proxy that the registry waits for.
  it('is let go with its port when it has closed', async () => {
    setFlagsFromString('--expose-gc');
    const collect = runInNewContext('gc') as () => void;
    const left = await closedDoor();
    for (let tries = 0; left.deref() !== undefined && tries < COLLECTIONS_MAX; tries++) {
      await turn();
      collect();
    }
    expect(left.deref()).toBeUndefined();
  });
});

const COLLECTIONS_MAX = 100;

async function closedDoor(): Promise<WeakRef<Door>> {
  const { port1, port2 } = new MessageChannel();
  serveDoor(port1, async () => 'here');
  let door: Door | undefined;
  const closed = new Promise<void>((resolve) => {
    door = new Door(port2, resolve);
  });
  const kept = new WeakRef(door as Door);
  await kept.deref()?.call('a', []);
  kept.deref()?.close();
  await closed;
  return kept;
}
