import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CompleteConsumer, CompleteProducer } from '../../src/memory/complete-ring.ts';
import { DeliverConsumer, DeliverProducer } from '../../src/memory/deliver-ring.ts';
import { COMPLETE_WORDS, DELIVER_WORDS } from '../../src/memory/entries.ts';
import { createLink, type LinkMemory } from '../../src/memory/link-memory.ts';
import { SubmitConsumer, SubmitProducer } from '../../src/memory/submit-ring.ts';

const starts = fc.constantFrom(0, 0x7fff_fffe, 0x7fff_fff0, -16, -2);
const sizes = fc.record({
  slots: fc.integer({ min: 1, max: 5 }),
  cells: fc.integer({ min: 1, max: 5 }),
});
const steps = fc.array(
  fc.oneof(
    { weight: 4, arbitrary: fc.record({ op: fc.constant('push' as const), value: fc.integer() }) },
    { weight: 2, arbitrary: fc.record({ op: fc.constantFrom('publish', 'read', 'renew') }) },
  ),
  { maxLength: 300 },
);

interface Ring {
  readonly capacity: number;
  push(value: number): void;
  publish(): void;
  /** Everything published and unread, oldest first. */
  read(): number[];
  /** A new producer and reader take over where the old ones were. */
  renewProducer(): void;
}

function submitRing(link: LinkMemory): Ring {
  let producer = new SubmitProducer(link);
  const consumer = new SubmitConsumer(link);
  return {
    capacity: link.submit.length,
    push: (value) => producer.push(value),
    publish: () => producer.publish(),
    read: () => {
      const out: number[] = [];
      for (let left = consumer.refresh(); left > 0; left--) {
        out.push(consumer.peek());
        consumer.done();
      }
      return out;
    },
    renewProducer: () => {
      producer = new SubmitProducer(link);
    },
  };
}

function deliverRing(link: LinkMemory): Ring {
  let producer = new DeliverProducer(link);
  const consumer = new DeliverConsumer(link);
  return {
    capacity: link.deliver.length / DELIVER_WORDS,
    push: (value) => producer.push(value, ~value, value ^ 5, value | 0),
    publish: () => producer.publish(),
    read: () => {
      const out: number[] = [];
      for (let left = consumer.refresh(); left > 0; left--) {
        const value = consumer.peek(0);
        const rest = [1, 2, 3].map((word) => consumer.peek(word));
        expect(rest).toEqual([~value, value ^ 5, value | 0]);
        out.push(value);
        consumer.advance();
      }
      return out;
    },
    renewProducer: () => {
      producer = new DeliverProducer(link);
    },
  };
}

function completeRing(link: LinkMemory): Ring {
  let producer = new CompleteProducer(link);
  const consumer = new CompleteConsumer(link);
  return {
    capacity: link.complete.length / COMPLETE_WORDS,
    push: (value) => producer.push(value, ~value),
    publish: () => producer.publish(),
    read: () => {
      const out: number[] = [];
      for (let left = consumer.refresh(); left > 0; left--) {
        expect(consumer.peek(1)).toBe(~consumer.peek(0));
        out.push(consumer.peek(0));
        consumer.advance();
      }
      return out;
    },
    renewProducer: () => {
      producer = new CompleteProducer(link);
    },
  };
}

describe.each([
  ['submit', submitRing],
  ['deliver', deliverRing],
  ['complete', completeRing],
])('the %s ring', (_name, open) => {
  it('is a queue of what was published, wherever its positions start and whoever goes on', () => {
    fc.assert(
      fc.property(starts, sizes, steps, (start, size, script) => {
        const ring = open(createLink(0, 0, size, start));
        const pushed: number[] = [];
        const published: number[] = [];
        for (const next of script) {
          if (next.op === 'push' && pushed.length + published.length < ring.capacity) {
            ring.push(next.value);
            pushed.push(next.value);
          } else if (next.op === 'publish') {
            ring.publish();
            published.push(...pushed.splice(0));
          } else if (next.op === 'read') {
            expect(ring.read()).toEqual(published.splice(0));
          } else if (next.op === 'renew' && pushed.length === 0) {
            ring.renewProducer();
          }
        }
        ring.publish();
        expect(ring.read()).toEqual([...published, ...pushed]);
      }),
    );
  });

  it('goes round three times at full load from every start', () => {
    fc.assert(
      fc.property(starts, sizes, (start, size) => {
        const ring = open(createLink(0, 0, size, start));
        for (let lap = 0; lap < 3; lap++) {
          const values = Array.from({ length: ring.capacity }, (_, i) => lap * 1000 + i);
          for (const value of values) ring.push(value);
          ring.publish();
          expect(ring.read()).toEqual(values);
        }
      }),
    );
  });
});
