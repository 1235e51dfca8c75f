/** The sending side of the fan-out rows: a window, which both sides of a comparison keep. */

import { setImmediate as turn } from 'node:timers/promises';
import type { FanOut } from '../messages/fan-out-counts.ts';
import { leastReceived, requireReceived, whenReceived } from '../messages/fan-out-counts.ts';
import { StripedBytes } from '../messages/striped-bytes.ts';
import type { Carrier } from './contestant.ts';

/** Messages that the slowest subscriber may be behind: bytes under way, and no more than a subscription keeps. */
const WINDOW_BYTES = 16_000_000;
const WINDOW_MAX = 512;

const HOLD_MS = 1_000;

export interface FanOutCarrier {
  readonly name: string;
  readonly words: Int32Array;
  /** Takes a copy of the bytes, or says that there is no room. */
  readonly send: (bytes: Uint8Array) => boolean;
  readonly close: () => Promise<void>;
}

export function fanOutCarrier({ sizeBytes }: FanOut, carrier: FanOutCarrier): Carrier {
  const { close, name, send, words } = carrier;
  const window = Math.min(WINDOW_MAX, Math.floor(WINDOW_BYTES / sizeBytes));
  const message = new StripedBytes(sizeBytes);
  let sent = 0;

  async function run(count: number): Promise<void> {
    const end = sent + count;
    // What it waits for holds no process.
    const hold = setInterval(() => undefined, HOLD_MS);
    try {
      while (sent < end) {
        const pause = Math.min(end, leastReceived(words) + window);
        while (sent < pause && send(message.stamp(sent))) sent += 1;
        if (sent < pause) await turn();
        else if (sent < end) await whenReceived(words, sent - Math.floor(window / 2));
      }
      await whenReceived(words, end);
    } finally {
      clearInterval(hold);
    }
    requireReceived(words, sent, name);
  }

  return { run, close };
}
