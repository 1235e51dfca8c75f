import { describe, expect, it } from 'vitest';
import { BlockQueue } from '../../../src/memory/block-queue.ts';

function drain(queue: BlockQueue): number[] {
  const out: number[] = [];
  while (queue.length > 0) out.push(queue.take());
  return out;
}

describe('BlockQueue', () => {
  it('gives back in the order of putting, also while it grows around a wrapped head', () => {
    const queue = new BlockQueue();
    for (let i = 0; i < 40; i++) queue.put(i);
    for (let i = 0; i < 40; i++) expect(queue.take()).toBe(i);
    for (let i = 0; i < 500; i++) queue.put(i);
    expect(queue.length).toBe(500);
    expect(drain(queue)).toEqual(Array.from({ length: 500 }, (_, i) => i));
  });

  it('holds 64 without growing and 65 by growing, none lost', () => {
    const queue = new BlockQueue();
    for (let i = 0; i < 65; i++) queue.put(i);
    expect(drain(queue)).toEqual(Array.from({ length: 65 }, (_, i) => i));
  });

  it('drops what it is told to and keeps the order of the rest', () => {
    const queue = new BlockQueue();
    for (let i = 0; i < 70; i++) queue.put(i);
    queue.dropWhere((offset) => offset % 3 === 0);
    expect(drain(queue)).toEqual(
      Array.from({ length: 70 }, (_, i) => i).filter((i) => i % 3 !== 0),
    );
  });

  it('is empty after everything was dropped', () => {
    const queue = new BlockQueue();
    queue.put(1);
    queue.dropWhere(() => true);
    expect(queue.length).toBe(0);
  });
});
