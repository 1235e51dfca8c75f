/**
 * Lets this thread, a shard's, die just before one of the stores by which it shows others what it has done. Which shard
 * it is it learns from the boot record, or, standing by, from its assignment.
 */
import { getEnvironmentData, parentPort, workerData } from 'node:worker_threads';
import { AIM, AIMED, FIRST_ORDER, ORDER_WORDS, WAY } from './layout.mjs';
import { strike } from './strike.mjs';

const { orders } = getEnvironmentData('chaos');
const { store } = Atomics;
let order = workerData.shard === undefined ? -1 : orderOf(workerData.shard.id);

const fail = (error) => {
  throw error;
};

Atomics.store = (view, index, value) => {
  if (order >= 0 && orders[order + WAY] !== 0 && orders[order + AIM] !== AIMED) {
    strike(orders, order, fail);
  }
  return store(view, index, value);
};

const { once } = parentPort;
parentPort.once = (event, listener) => {
  return once.call(parentPort, event, (assignment) => {
    order = orderOf(assignment.serve);
    listener(assignment);
  });
};

function orderOf(shard) {
  return FIRST_ORDER + shard * ORDER_WORDS;
}
