import { describe, expect, it } from 'vitest';
import { notifyingCarrier } from '../../../../bench/bus/notifying.ts';
import { NumberCheck } from '../../../../bench/messages/number-check.ts';
import type { MessageBus } from '../../../../src/index.ts';

/** A bus that hands each payload to `check` at once, after `pass` has seen it, and is full every third time. */
function fakeBus(check: NumberCheck, pass: (payload: Uint8Array) => unknown): MessageBus {
  let tries = 0;
  const bus = {
    tryNotify: (_: string, payload: Uint8Array) => {
      tries += 1;
      if (tries % 3 === 0) return 'full';
      const passed = pass(payload);
      if (passed !== undefined) check.receive(passed);
      return 'accepted';
    },
    writable: async () => undefined,
    flush: async () => undefined,
    close: async () => undefined,
  };
  return bus as unknown as MessageBus;
}

function run(pass: (payload: Uint8Array) => unknown): Promise<void> {
  const check = new NumberCheck();
  return notifyingCarrier(fakeBus(check, pass), async () => check.verdict).run(100);
}

describe('notifyingCarrier', () => {
  it('sends each number once, again after the bus was full', async () => {
    const payloads: Uint8Array[] = [];
    await run((payload) => {
      payloads.push(payload);
      return payload;
    });
    expect(payloads).toHaveLength(100);
    expect(new Set(payloads.map(({ buffer }) => buffer)).size).toBe(100);
  });

  it('rejects when the bus loses one', async () => {
    let count = 0;
    const losing = run((payload) => {
      count += 1;
      return count === 100 ? undefined : payload;
    });
    await expect(losing).rejects.toThrow('the bus: 100 messages sent, 99 received');
  });

  it('rejects when the bus alters a byte', async () => {
    const altering = run((payload) => {
      payload[63] = 0;
      return payload;
    });
    await expect(altering).rejects.toThrow('the bus: message 0 expected');
  });

  it('rejects when the bus closes under it', async () => {
    const bus = { ...fakeBus(new NumberCheck(), () => undefined), tryNotify: () => 'closed' };
    const carrier = notifyingCarrier(bus as unknown as MessageBus, async () => ({ received: 0 }));
    await expect(carrier.run(1)).rejects.toThrow('the bus closed after 0 messages');
  });
});
