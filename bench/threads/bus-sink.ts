/** The receiving thread of the bus's throughput rows: checks each message. */

import { workerData } from 'node:worker_threads';
import { connect } from '../../src/index.ts';
import { type Allowance, endpointOptions, NUMBERS_KEY, VERDICT_KEY } from '../bus/settings.ts';
import { NumberCheck } from '../messages/number-check.ts';

const { allowance } = workerData as { readonly allowance: Allowance };
const bus = await connect();
const check = new NumberCheck();
await bus.registerEndpoint(
  'numbers',
  (message) => {
    check.receive(message.payload);
  },
  endpointOptions(allowance),
);
await bus.registerEndpoint('verdict', () => check.verdict);
await bus.registerRoute(NUMBERS_KEY, 'numbers');
await bus.registerRoute(VERDICT_KEY, 'verdict');
