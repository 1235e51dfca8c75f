/** A receiving thread of the postMessage fan-out: its subscribers share each message, or take them in turn. */

import { parentPort, workerData } from 'node:worker_threads';
import { FanOutReceiver, type FanOutThread } from '../messages/fan-out-counts.ts';

const port = parentPort;
if (port === null) throw new Error('post-message-subscribers is a worker entry, not a program');

const thread = workerData as FanOutThread & { readonly own: boolean };
const receivers = Array.from(
  { length: thread.count },
  (_none, index) => new FanOutReceiver(thread, thread.first + index),
);
let turn = 0;
port.on('message', (bytes: unknown) => {
  if (!thread.own) {
    for (const receiver of receivers) receiver.receive(bytes);
    return;
  }
  receivers[turn]?.receive(bytes);
  turn = (turn + 1) % receivers.length;
});
