/** A receiving thread of the postMessage fan-out: one message, whose bytes all of its subscribers share. */

import { parentPort, workerData } from 'node:worker_threads';
import { FanOutReceiver, type FanOutThread } from '../messages/fan-out-counts.ts';

const port = parentPort;
if (port === null) throw new Error('post-message-subscribers is a worker entry, not a program');

const thread = workerData as FanOutThread;
const receivers = Array.from(
  { length: thread.count },
  (_none, index) => new FanOutReceiver(thread, thread.first + index),
);
port.on('message', (bytes: unknown) => {
  for (const receiver of receivers) receiver.receive(bytes);
});
