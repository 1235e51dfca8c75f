import { describe, expect, it } from 'vitest';
import { deliveryKey, loadDeliveries } from '../../../../src/demo/webhooks/load.ts';

describe('loadDeliveries', () => {
  const deliveries = loadDeliveries();

  it('gives all 329 deliveries under 161 keys, in the order of the source', () => {
    expect(deliveries).toHaveLength(329);
    expect(new Set(deliveries.map(({ key }) => key)).size).toBe(161);
    expect(deliveries[0]?.key).toBe('branch_protection_rule.edited');
    expect(deliveries.at(-1)?.key).toBe('workflow_run.requested');
  });

  it('gives bodies of 0.9 to 27 KB, each in a buffer of its own', () => {
    const sizesBytes = deliveries.map(({ body }) => body.byteLength);
    expect(Math.min(...sizesBytes)).toBe(915);
    expect(Math.max(...sizesBytes)).toBe(26_935);
    for (const { body } of deliveries) {
      expect(body.buffer.byteLength).toBe(body.byteLength);
    }
  });

  it('names each delivery by its event and by the action that its body holds', () => {
    for (const { key, event, body } of deliveries) {
      const payload = JSON.parse(new TextDecoder().decode(body)) as { action?: string };
      expect(key).toBe(deliveryKey({ event, payload }));
    }
  });

  it('counts what the event and action of the source say', () => {
    const countKeys = (pattern: RegExp): number =>
      deliveries.filter(({ key }) => pattern.test(key)).length;
    expect(countKeys(/^push$/)).toBe(7);
    expect(countKeys(/^issues\./)).toBe(29);
    expect(countKeys(/\.created$/)).toBe(64);
    expect(countKeys(/\./)).toBe(286);
  });
});

describe('deliveryKey', () => {
  it('is the event and the action', () => {
    expect(deliveryKey({ event: 'issues', payload: { action: 'opened' } })).toBe('issues.opened');
  });

  it('is the event alone where the payload has no action', () => {
    expect(deliveryKey({ event: 'push', payload: {} })).toBe('push');
  });
});
