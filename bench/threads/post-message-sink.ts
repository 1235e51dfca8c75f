/** The receiving thread of the postMessage rows: checks each message, counts in thousands. */

import { parentPort } from 'node:worker_threads';
import { NumberCheck } from '../messages/number-check.ts';
import { COUNT_EVERY, REPORT } from '../messages/window.ts';

const port = parentPort;
if (port === null) throw new Error('post-message-sink is a worker entry, not a program');

const check = new NumberCheck();
port.on('message', (message: unknown) => {
  if (message === REPORT) {
    port.postMessage(check.verdict);
    return;
  }
  check.receive(message);
  const { received } = check;
  if (received % COUNT_EVERY === 0) port.postMessage(received);
});
