/** An endpoint and a subscription that write down all they get, and die in the middle of it when ordered. */
import { workerData } from 'node:worker_threads';
import { connect } from 'symphony-bus';
import { AIM, AIMED, isChosen, WAY } from './layout.mjs';
import { note } from './receive.mjs';
import { strike } from './strike.mjs';

const { id, log, eventLog, orders, order } = workerData;
const bus = await connect();

const never = new Promise(() => {});
const failLater = (error) => {
  queueMicrotask(() => {
    throw error;
  });
};

/** Most answer at once; some are under way when their thread dies. */
function handle(message) {
  const { sender, n } = message.payload;
  note(log, message);
  if (orders[order + WAY] !== 0 && (orders[order + AIM] !== AIMED || isChosen(sender, n))) {
    strike(orders, order, failLater);
    return never;
  }
  return n % 8 === 0 ? new Promise((resolve) => setImmediate(resolve, n)) : n;
}

await bus.subscribe('b.*', (event) => note(eventLog, event), { overflow: 'block' });
await bus.registerEndpoint(id, handle);
await bus.registerRoute('b.*', id, { priority: 1 });
