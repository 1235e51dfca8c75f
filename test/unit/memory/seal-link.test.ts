import { describe, expect, it } from 'vitest';
import { createLink, PTAIL } from '../../../src/memory/link-memory.ts';
import { sealLink } from '../../../src/memory/seal-link.ts';
import { SubmitConsumer, SubmitProducer } from '../../../src/memory/submit-ring.ts';

describe('sealLink', () => {
  it.each([0, 0x7fff_ffff, -1])('publishes what was accepted, from position %i', (start) => {
    const link = createLink(0, 0, { slots: 2, cells: 1 }, start);
    const producer = new SubmitProducer(link);
    producer.push(5);
    producer.publish();
    producer.push(6);
    const consumer = new SubmitConsumer(link);
    expect(consumer.refresh()).toBe(1);
    sealLink(link);
    expect(consumer.refresh()).toBe(2);
  });

  it('leaves out an entry whose private tail was not stored', () => {
    const link = createLink(0, 0, { slots: 2, cells: 1 });
    const producer = new SubmitProducer(link);
    producer.push(5);
    link.words[PTAIL] = 0;
    sealLink(link);
    expect(new SubmitConsumer(link).refresh()).toBe(0);
  });
});
