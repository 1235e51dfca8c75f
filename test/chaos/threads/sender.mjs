/** A thread that only sends, until it dies or is told to stop. */
import { workerData } from 'node:worker_threads';
import { connect } from 'symphony-bus';
import { AIM, AIMED, isChosen, WAY } from './layout.mjs';
import { sendAll } from './send.mjs';
import { strike } from './strike.mjs';

const { sender, log, orders, order, window } = workerData;
const bus = await connect();

const rethrow = (error) => {
  throw error;
};

const onSent = (n) => {
  if (orders[order + WAY] === 0) return;
  if (orders[order + AIM] === AIMED && !isChosen(sender, n)) return;
  // Outside of a promise's callback, where a throw would be a rejection that nobody has asked for.
  strike(orders, order, (error) => setImmediate(rethrow, error));
};
const onError = (error, kind) => console.error(`${kind}: ${error.code} ${error.message}`);

sendAll(bus, { sender, log, orders, window }, onSent, onError);
