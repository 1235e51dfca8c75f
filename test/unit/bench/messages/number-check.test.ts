import { describe, expect, it } from 'vitest';
import { NumberCheck, requireAll } from '../../../../bench/messages/number-check.ts';
import { numberedBytes } from '../../../../bench/messages/numbered-bytes.ts';

function checkOf(...payloads: readonly unknown[]): NumberCheck {
  const check = new NumberCheck();
  for (const payload of payloads) check.receive(payload);
  return check;
}

describe('NumberCheck', () => {
  it('counts numbers that come in order from 0', () => {
    const check = checkOf(numberedBytes(0), numberedBytes(1), numberedBytes(2));
    expect(check.verdict).toEqual({ received: 3 });
  });

  it.each([
    ['a gap', [numberedBytes(0), numberedBytes(2)], /message 1 expected, got 64 .* number 2$/],
    ['a double', [numberedBytes(0), numberedBytes(0)], /message 1 expected, got 64 .* number 0$/],
    ['a short payload', [numberedBytes(0).subarray(0, 9)], /message 0 expected, got 9 bytes/],
    ['another type', ['text'], /message 0 expected, got a payload of type string/],
  ])('keeps the first problem: %s', (_, payloads, problem) => {
    const { verdict } = checkOf(...payloads, 'a later problem');
    expect(verdict.problem).toMatch(problem);
    expect(verdict.received).toBe(payloads.length + 1);
  });
});

describe('requireAll', () => {
  it('accepts a verdict over all that was sent', () => {
    expect(() => requireAll({ received: 5 }, 5, 'x')).not.toThrow();
  });

  it('throws with the carrier for a message that is missing and for a problem', () => {
    expect(() => requireAll({ received: 4 }, 5, 'ring')).toThrow(
      'ring: 5 messages sent, 4 received',
    );
    expect(() => requireAll({ received: 5, problem: 'torn' }, 5, 'ring')).toThrow('ring: torn');
  });
});
