/** A receiving thread of the bus's fan-out rows. */

import { workerData } from 'node:worker_threads';
import { connect } from '../../src/index.ts';
import { FAN_OUT_KEY } from '../bus/settings.ts';
import { FanOutReceiver, type FanOutThread } from '../messages/fan-out-counts.ts';

const thread = workerData as FanOutThread;
const bus = await connect();
for (let subscriber = thread.first; subscriber < thread.first + thread.count; subscriber++) {
  const receiver = new FanOutReceiver(thread, subscriber);
  await bus.subscribe(FAN_OUT_KEY, (event) => receiver.receive(event.payload), {
    lease: thread.lease,
  });
}
