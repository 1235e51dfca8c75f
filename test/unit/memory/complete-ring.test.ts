import { describe, expect, it } from 'vitest';
import { CompleteConsumer, CompleteProducer } from '../../../src/memory/complete-ring.ts';
import { COMPLETE_WORDS } from '../../../src/memory/entries.ts';
import { CPTAIL, CTAIL, createLink } from '../../../src/memory/link-memory.ts';

const SIZE = { slots: 1, cells: 1 };
const STARTS = [0, 0x7fff_fffe, -2, 0x7fff_fff0, -16];

describe.each(STARTS)('a complete ring that starts at %i', (start) => {
  it('publishes once, and only when something was pushed', () => {
    const link = createLink(0, 0, SIZE, start);
    const [producer, consumer] = [new CompleteProducer(link), new CompleteConsumer(link)];
    expect(producer.publish()).toBe(false);
    producer.push(5, 6);
    expect(consumer.refresh()).toBe(0);
    expect([producer.publish(), producer.publish()]).toEqual([true, false]);
    expect([consumer.unread, consumer.refresh()]).toEqual([0, 1]);
    expect([consumer.peek(0), consumer.peek(1)]).toEqual([5, 6]);
  });

  it('stays in order for three laps, its two words together', () => {
    const link = createLink(0, 0, SIZE, start);
    const [producer, consumer] = [new CompleteProducer(link), new CompleteConsumer(link)];
    const capacity = link.complete.length / COMPLETE_WORDS;
    for (let lap = 0; lap < 3; lap++) {
      for (let i = 0; i < capacity; i++) producer.push(lap, i);
      producer.publish();
      expect(consumer.refresh()).toBe(capacity);
      for (let i = 0; i < capacity; i++) {
        expect([consumer.peek(0), consumer.peek(1)]).toEqual([lap, i]);
        consumer.advance();
      }
    }
  });

  it('leaves pushed and unpublished entries to a successor', () => {
    const link = createLink(0, 0, SIZE, start);
    new CompleteProducer(link).push(7, 8);
    expect([link.words[CPTAIL], link.words[CTAIL]]).toEqual([(start + 1) | 0, start]);
    const consumer = new CompleteConsumer(link);
    expect(new CompleteProducer(link).publish()).toBe(true);
    expect([consumer.refresh(), consumer.peek(0), consumer.peek(1)]).toEqual([1, 7, 8]);
  });
});
