/** One watched bus for the tests of a block; what each test registers is closed after it, and then nothing may be held. */
import { afterAll, afterEach, beforeAll } from 'vitest';
import type { Endpoint, MessageBus } from '../../src/index.ts';
import { createWatchedBus, expectAtRest } from './at-rest.ts';

export interface SharedBus {
  /** There once the first test runs. */
  readonly bus: MessageBus;
  /** Is closed after the test. */
  open(endpoint: Endpoint): Endpoint;
}

/** Call in a `describe`. */
export function sharedBus(config: Parameters<typeof createWatchedBus>[0]): SharedBus {
  let bus: MessageBus;
  let endpoints: Endpoint[] = [];
  beforeAll(async () => {
    bus = await createWatchedBus(config);
  });
  afterEach(async () => {
    await Promise.all(endpoints.map((endpoint) => endpoint.close()));
    endpoints = [];
    await expectAtRest(bus);
  });
  afterAll(async () => {
    await bus.close();
  });
  return {
    get bus() {
      return bus;
    },
    open(endpoint) {
      endpoints.push(endpoint);
      return endpoint;
    },
  };
}
