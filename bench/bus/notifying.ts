/** The sending side of the throughput rows: one synchronous loop that waits only when the bus is full. */

import type { MessageBus } from '../../src/index.ts';
import type { Carrier } from '../harness/contestant.ts';
import { type NumberVerdict, requireAll } from '../messages/number-check.ts';
import { numberedBytes } from '../messages/numbered-bytes.ts';
import { NUMBERS_KEY } from './settings.ts';

/** `verdict` asks the receiver what it has seen since it started. Closes `bus` when closed. */
export function notifyingCarrier(bus: MessageBus, verdict: () => Promise<NumberVerdict>): Carrier {
  let sent = 0;

  async function run(count: number): Promise<void> {
    const end = sent + count;
    while (sent < end) {
      const bytes = numberedBytes(sent);
      let outcome = bus.tryNotify(NUMBERS_KEY, bytes);
      while (outcome !== 'accepted') {
        if (outcome === 'closed') throw new Error(`the bus closed after ${sent} messages`);
        await bus.writable();
        outcome = bus.tryNotify(NUMBERS_KEY, bytes);
      }
      sent += 1;
    }
    // Resolves when each message was acknowledged by its receiver.
    await bus.flush();
    requireAll(await verdict(), sent, 'the bus');
  }

  return {
    run,
    close: async () => {
      await bus.close();
    },
  };
}
