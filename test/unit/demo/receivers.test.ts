import { describe, expect, it } from 'vitest';
import { Plan } from '../../../src/demo/plan.ts';
import { Audience, placeReceivers } from '../../../src/demo/receivers.ts';
import { loadDeliveries } from '../../../src/demo/webhooks/load.ts';

const keys = loadDeliveries().map(({ key }) => key);

describe('Audience', () => {
  const plan = new Plan(keys);
  const audience = new Audience(keys);
  const receivers = placeReceivers(2);
  const counts = receivers.map(() => ({ replayed: 0, underNewKeys: 0, audits: 0 }));
  for (let number = 0; number < plan.messageCount(1); number++) {
    const message = plan.at(number);
    for (const id of audience.of(message)) {
      const count = counts[id];
      if (count === undefined) continue;
      if (message.isNewKey) count.underNewKeys += 1;
      else if (message.kind === 'notification' && receivers[id]?.pattern === '*') count.audits += 1;
      else count.replayed += 1;
    }
  }

  it('gives each receiver in one replay of the real deliveries what its table says', () => {
    for (const [id, { pattern, perReplay, role }] of receivers.entries()) {
      expect(`${role} ${pattern} ${counts[id]?.replayed}`).toBe(`${role} ${pattern} ${perReplay}`);
    }
  });

  it('sends each audit notification to the audit route and to the catch-all', () => {
    const audit = receivers.findIndex(({ pattern }) => pattern === '~audit');
    expect(counts[audit]?.replayed).toBe(329);
    expect(counts[0]?.audits).toBe(329);
  });

  it('sends each request to exactly one route, under a new key to one of their own set', () => {
    for (let number = 0; number < plan.messageCount(1); number++) {
      const message = plan.at(number);
      if (message.kind !== 'request') continue;
      const [id, ...others] = audience.of(message);
      expect(others).toEqual([]);
      expect(receivers[id ?? -1]?.priority === 100).toBe(message.isNewKey);
    }
  });

  it('sends events under new keys to the three subscriptions that match any key with a dot', () => {
    const got = receivers.filter(
      ({ id, role }) => role === 'subscription' && (counts[id]?.underNewKeys ?? 0) > 0,
    );
    expect(got.map(({ pattern }) => pattern)).toEqual(['*', '*.*', '[^p]*']);
  });
});

describe('placeReceivers', () => {
  it('gives every worker something to do, up to the most that there may be', () => {
    for (let workers = 1; workers <= 16; workers++) {
      const places = new Set(placeReceivers(workers).map(({ worker }) => worker));
      expect([...places].sort((a, b) => a - b)).toEqual(
        Array.from({ length: workers }, (_, w) => w),
      );
    }
  });

  it('numbers the receivers by their place in the list', () => {
    const receivers = placeReceivers(3);
    expect(receivers.map(({ id }) => id)).toEqual(receivers.map((_, index) => index));
  });

  it('puts about as much work on each of two threads', () => {
    const requests = [0, 0];
    for (const { perReplay, role, worker } of placeReceivers(2)) {
      if (role === 'endpoint') requests[worker] = (requests[worker] ?? 0) + perReplay;
    }
    expect(Math.min(...requests)).toBeGreaterThan(100);
  });
});
