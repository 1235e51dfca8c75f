import { describe, expect, it } from 'vitest';
import { KeyTexts } from '../../../src/client/key-texts.ts';

describe('KeyTexts', () => {
  it('answers for id, epoch and hash together only', () => {
    const texts = new KeyTexts();
    texts.set(5, 1, 7, 'five');
    expect(texts.get(5, 1, 7)).toBe('five');
    expect([texts.get(5, 2, 7), texts.get(5, 1, 8), texts.get(6, 1, 7)]).toEqual([
      undefined,
      undefined,
      undefined,
    ]);
  });

  it('knows nothing of key 0 at the start', () => {
    expect(new KeyTexts().get(0, 0, 0)).toBeUndefined();
  });

  it('keeps all of the first 4 096 ids, and then gives a place to the later of two', () => {
    const texts = new KeyTexts();
    for (let id = 4095; id >= 0; id--) texts.set(id, 0, 0, `key ${id}`);
    const isThere = (id: number): boolean => texts.get(id, 0, 0) === `key ${id}`;
    expect(Array.from({ length: 4096 }, (_, id) => id).every(isThere)).toBe(true);
    texts.set(4096, 0, 0, 'key 4096');
    texts.set(-1, 0, 0, 'key -1');
    expect([0, 4096, 4095, -1].map(isThere)).toEqual([false, true, false, true]);
  });
});
