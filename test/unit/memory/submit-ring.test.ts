import { describe, expect, it } from 'vitest';
import { createLink, DONE, PTAIL, TAIL } from '../../../src/memory/link-memory.ts';
import { SubmitConsumer, SubmitProducer } from '../../../src/memory/submit-ring.ts';

const SIZE = { slots: 1, cells: 1 };
const STARTS = [0, 0x7fff_fffe, -2, 0x7fff_fff0, -16];

describe.each(STARTS)('a submit ring that starts at %i', (start) => {
  it('shows nothing before it is published and everything after', () => {
    const link = createLink(0, 0, SIZE, start);
    const [producer, consumer] = [new SubmitProducer(link), new SubmitConsumer(link)];
    producer.push(11);
    producer.push(12);
    expect([producer.pending, consumer.refresh(), consumer.unread]).toEqual([2, 0, 0]);
    producer.publish();
    expect([producer.pending, consumer.unread, consumer.refresh()]).toEqual([0, 0, 2]);
  });

  it('keeps the entry in hand until it is done, and counts DONE in shared memory', () => {
    const link = createLink(0, 0, SIZE, start);
    const [producer, consumer] = [new SubmitProducer(link), new SubmitConsumer(link)];
    producer.push(11);
    producer.push(12);
    producer.publish();
    consumer.refresh();
    expect([consumer.peek(), consumer.peek()]).toEqual([11, 11]);
    consumer.done();
    expect([consumer.peek(), consumer.unread]).toEqual([12, 1]);
    expect(link.words[DONE]).toBe((start + 1) | 0);
  });

  it('stays in order for three laps', () => {
    const link = createLink(0, 0, SIZE, start);
    const [producer, consumer] = [new SubmitProducer(link), new SubmitConsumer(link)];
    const capacity = link.submit.length;
    for (let lap = 0; lap < 3; lap++) {
      for (let i = 0; i < capacity; i++) producer.push(lap * capacity + i);
      producer.publish();
      expect(consumer.refresh()).toBe(capacity);
      for (let i = 0; i < capacity; i++) {
        expect(consumer.peek()).toBe(lap * capacity + i);
        consumer.done();
      }
    }
  });

  it('goes on in both successors where the words say', () => {
    const link = createLink(0, 0, SIZE, start);
    const producer = new SubmitProducer(link);
    producer.push(1);
    producer.push(2);
    producer.publish();
    const consumer = new SubmitConsumer(link);
    consumer.refresh();
    consumer.done();
    new SubmitProducer(link).push(3);
    expect([link.words[PTAIL], link.words[TAIL]]).toEqual([(start + 3) | 0, (start + 2) | 0]);
    const successor = new SubmitConsumer(link);
    expect([successor.refresh(), successor.peek()]).toEqual([1, 2]);
  });
});
