import { describe, expect, it } from 'vitest';
import { DeliverConsumer, DeliverProducer } from '../../../src/memory/deliver-ring.ts';
import { DELIVER_WORDS } from '../../../src/memory/entries.ts';
import { createLink, DPTAIL, DTAIL } from '../../../src/memory/link-memory.ts';

const SIZE = { slots: 1, cells: 1 };
const STARTS = [0, 0x7fff_fffe, -2, 0x7fff_fff0, -16];

const read = (consumer: DeliverConsumer, ahead = 0): number[] =>
  [0, 1, 2, 3].map((word) => consumer.peek(word, ahead));

describe.each(STARTS)('a deliver ring that starts at %i', (start) => {
  it('publishes once, and only when something was pushed', () => {
    const link = createLink(0, 0, SIZE, start);
    const [producer, consumer] = [new DeliverProducer(link), new DeliverConsumer(link)];
    expect(producer.publish()).toBe(false);
    producer.push(1, 2, 3, 4);
    expect(consumer.refresh()).toBe(0);
    expect([producer.publish(), producer.publish()]).toEqual([true, false]);
    expect([consumer.unread, consumer.refresh()]).toEqual([0, 1]);
    expect(read(consumer)).toEqual([1, 2, 3, 4]);
  });

  it('stays in order for three laps, its four words together', () => {
    const link = createLink(0, 0, SIZE, start);
    const [producer, consumer] = [new DeliverProducer(link), new DeliverConsumer(link)];
    const capacity = link.deliver.length / DELIVER_WORDS;
    for (let lap = 0; lap < 3; lap++) {
      for (let i = 0; i < capacity; i++) producer.push(lap, i, -lap, -i);
      producer.publish();
      expect(consumer.refresh()).toBe(capacity);
      for (let i = 0; i < capacity; i++) {
        expect(read(consumer)).toEqual([lap, i, 0 - lap, 0 - i]);
        consumer.advance();
      }
    }
  });

  it('lets the reader look ahead over the end of the ring', () => {
    const link = createLink(0, 0, { slots: 1, cells: 2 }, start);
    const [producer, consumer] = [new DeliverProducer(link), new DeliverConsumer(link)];
    for (let i = 0; i < 5; i++) producer.push(i, 10 + i, 20 + i, 30 + i);
    producer.publish();
    consumer.refresh();
    for (let i = 0; i < 5; i++) expect(read(consumer, i)).toEqual([i, 10 + i, 20 + i, 30 + i]);
    expect(consumer.position).toBe(start);
  });

  it('leaves pushed and unpublished entries to a successor', () => {
    const link = createLink(0, 0, SIZE, start);
    const producer = new DeliverProducer(link);
    producer.push(1, 2, 3, 4);
    expect([link.words[DPTAIL], link.words[DTAIL]]).toEqual([(start + 1) | 0, start]);
    const consumer = new DeliverConsumer(link);
    expect(new DeliverProducer(link).publish()).toBe(true);
    expect(consumer.refresh()).toBe(1);
    expect(read(consumer)).toEqual([1, 2, 3, 4]);
  });
});
