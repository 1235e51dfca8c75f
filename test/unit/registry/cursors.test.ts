import { describe, expect, it } from 'vitest';
import { Cursors } from '../../../src/registry/cursors.ts';

describe('Cursors', () => {
  it('gives each set a word of its own while there are enough', () => {
    const cursors = new Cursors(8);
    const taken = Array.from({ length: 8 }, () => cursors.take());
    expect(new Set(taken).size).toBe(8);
  });

  it('shares words evenly among more sets than words', () => {
    const cursors = new Cursors(4);
    const users = [0, 0, 0, 0];
    for (let set = 0; set < 40; set++) {
      const word = cursors.take();
      users[word] = (users[word] as number) + 1;
    }
    expect(users).toEqual([10, 10, 10, 10]);
  });

  it('prefers a word that was given back', () => {
    const cursors = new Cursors(4);
    for (let set = 0; set < 8; set++) cursors.take();
    cursors.giveBack(2);
    expect(cursors.take()).toBe(2);
  });
});
