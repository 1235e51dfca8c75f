/**
 * postMessage, one way, with a window:
 *
 *     main --postMessage(Uint8Array(64) that owns its buffer)--> worker
 *          <--a count, every quarter of the window-------------
 *
 * At most 4 000 messages are under way. Nothing else bounds them: a flood without a window grows the
 * port's queue and is slower. The acknowledgement is one count for a thousand messages, which is the
 * cheapest there is.
 */

import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import type { Carrier, Contestant } from '../harness/contestant.ts';
import { type NumberVerdict, requireAll } from '../messages/number-check.ts';
import { numberedBytes } from '../messages/numbered-bytes.ts';
import { REPORT, WINDOW } from '../messages/window.ts';

export const postMessage: Contestant = {
  name: 'postMessage, window 4 000',
  role: 'peer',
  start: startPostMessage,
};

async function startPostMessage(): Promise<Carrier> {
  const worker = new Worker(new URL('../threads/post-message-sink.js', import.meta.url));
  await once(worker, 'online');
  let counted = 0;
  let sent = 0;
  let room: (() => void) | undefined;
  let verdict: ((verdict: NumberVerdict) => void) | undefined;
  worker.on('message', (said: number | NumberVerdict) => {
    if (typeof said !== 'number') return verdict?.(said);
    counted = said;
    room?.();
  });

  async function run(count: number): Promise<void> {
    const end = sent + count;
    while (sent < end) {
      const pause = Math.min(end, counted + WINDOW);
      for (; sent < pause; sent += 1) worker.postMessage(numberedBytes(sent));
      if (sent < end) {
        await new Promise<void>((resolve) => {
          room = resolve;
        });
      }
    }
    const said = await new Promise<NumberVerdict>((resolve) => {
      verdict = resolve;
      worker.postMessage(REPORT);
    });
    requireAll(said, sent, postMessage.name);
  }

  return {
    run,
    close: async () => {
      await worker.terminate();
    },
  };
}
