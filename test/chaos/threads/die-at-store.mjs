/**
 * Lets this thread, a shard's, die just before one of the stores by which it shows others what it has done. Which shard
 * it is it learns from the boot record, or, standing by, from its summons.
 */
import { getEnvironmentData, workerData } from 'node:worker_threads';
import { AIM, AIMED, FIRST_ORDER, ORDER_WORDS, WAY } from './layout.mjs';
import { strike } from './strike.mjs';

const { orders } = getEnvironmentData('chaos');
const { store } = Atomics;
let order = -1;

const fail = (error) => {
  throw error;
};

Atomics.store = (view, index, value) => {
  if (order < 0) order = ownOrder();
  if (order >= 0 && orders[order + WAY] !== 0 && orders[order + AIM] !== AIMED) {
    strike(orders, order, fail);
  }
  return store(view, index, value);
};

/** Negative: it serves no shard yet. */
function ownOrder() {
  const shard = workerData.shard?.id ?? workerData.summons[0] - 1;
  return shard < 0 ? shard : FIRST_ORDER + shard * ORDER_WORDS;
}
