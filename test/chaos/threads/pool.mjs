/** What the threads of the pool run: it writes down all they get, and lets one die in the middle of it when ordered. */
import { getEnvironmentData } from 'node:worker_threads';
import { AIM, AIMED, isChosen, SERVED, WAY } from './layout.mjs';
import { noteShared } from './receive.mjs';
import { strike } from './strike.mjs';

const { log, order, orders } = getEnvironmentData('chaos pool');
let hasServed = false;

const never = new Promise(() => {});
/** Outside of the handler, where nobody catches it. */
const failLater = (error) => {
  setImmediate(() => {
    throw error;
  });
};

/** Most answer at once; some are under way when their thread dies. */
export function handle(message) {
  const { sender, n } = message.payload;
  noteShared(log, message);
  if (!hasServed) {
    hasServed = true;
    Atomics.add(orders, order + SERVED, 1);
  }
  if (orders[order + WAY] !== 0 && (orders[order + AIM] !== AIMED || isChosen(sender, n))) {
    // Another thread may have obeyed before.
    if (strike(orders, order, failLater)) return never;
  }
  return n % 8 === 0 ? new Promise((resolve) => setImmediate(resolve, n)) : n;
}
