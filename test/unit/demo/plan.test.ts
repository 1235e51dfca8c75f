import { describe, expect, it } from 'vitest';
import type { PlannedMessage } from '../../../src/demo/plan.ts';
import { Plan } from '../../../src/demo/plan.ts';
import { AUDIT_KEY, NEW_KEY_PREFIX } from '../../../src/demo/tables.ts';

const KEYS = ['push', 'issues.opened', 'issues.closed'];

function messagesOf(plan: Plan, replays: number): PlannedMessage[] {
  return Array.from({ length: plan.messageCount(replays) }, (_, number) => plan.at(number));
}

describe('Plan', () => {
  it('sends each delivery of each replay once as request, event and audit notification', () => {
    const plan = new Plan(KEYS);
    for (const replays of [1, 2, 3, 7, 40]) {
      const replayed = messagesOf(plan, replays).filter(({ isNewKey }) => !isNewKey);
      expect(replayed).toHaveLength(replays * 9);
      for (const [delivery, key] of KEYS.entries()) {
        const ofIt = replayed.filter((message) => message.delivery === delivery);
        const kinds = ofIt.map(({ kind, routingKey }) => `${kind} ${routingKey}`);
        const expected = [`request ${key}`, `event ${key}`, `notification ${AUDIT_KEY}`];
        expect(kinds).toEqual(Array.from({ length: replays }, () => expected).flat());
      }
    }
  });

  it('sends the deliveries in the order of the source', () => {
    const requests = messagesOf(new Plan(KEYS), 2).filter(
      ({ isNewKey, kind }) => !isNewKey && kind === 'request',
    );
    expect(requests.map(({ routingKey }) => routingKey)).toEqual([...KEYS, ...KEYS]);
  });

  it('puts a key that was never seen before on one message in five', () => {
    const messages = messagesOf(new Plan(KEYS), 100);
    const underNewKeys = messages.filter(({ isNewKey }) => isNewKey);
    expect(underNewKeys).toHaveLength(Math.floor(messages.length / 5));
    expect(new Set(underNewKeys.map(({ routingKey }) => routingKey)).size).toBe(
      underNewKeys.length,
    );
    for (const { number, routingKey } of underNewKeys) {
      expect(number % 5).toBe(4);
      expect(routingKey.startsWith(NEW_KEY_PREFIX)).toBe(true);
    }
  });

  it('spreads requests and events under new keys over all last digits', () => {
    const underNewKeys = messagesOf(new Plan(KEYS), 100).filter(({ isNewKey }) => isNewKey);
    for (const kind of ['request', 'event']) {
      const ofKind = underNewKeys.filter((message) => message.kind === kind);
      expect(new Set(ofKind.map(({ routingKey }) => routingKey.at(-1))).size).toBe(10);
    }
  });

  it('sends one event in ten as a value, every audit line as text, all else as bytes', () => {
    const messages = messagesOf(new Plan(KEYS), 200);
    const events = messages.filter(({ isNewKey, kind }) => kind === 'event' && !isNewKey);
    expect(events.filter(({ form }) => form === 'value')).toHaveLength(events.length / 10);
    for (const { form, kind } of messages) {
      if (kind === 'request') expect(form).toBe('bytes');
      if (kind === 'notification') expect(form).toBe('text');
    }
  });

  it('gives a message the same number whatever comes after it', () => {
    const plan = new Plan(KEYS);
    expect(messagesOf(plan, 5).slice(0, plan.messageCount(2))).toEqual(messagesOf(plan, 2));
  });
});
