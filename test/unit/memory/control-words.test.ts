import { describe, expect, it } from 'vitest';
import {
  BUS_STATE,
  busState,
  createControlWords,
  nextCursor,
  openControlWords,
  peekCursor,
  setBusState,
} from '../../../src/memory/control-words.ts';
import { LINE_WORDS, WORD_BYTES } from '../../../src/memory/line.ts';
import { overlaps } from '../../helpers/regions.ts';

describe('control words', () => {
  it('give state, cursors, breakers and tallies lines of their own', () => {
    for (const targets of [1, 31, 32, 33, 1000]) {
      const control = createControlWords(targets);
      expect(overlaps([control.state, control.cursors, control.breakers, control.tallies])).toEqual(
        [],
      );
      expect(control.cursors.byteOffset % (LINE_WORDS * WORD_BYTES)).toBe(0);
      expect(control.breakers.byteOffset % (LINE_WORDS * WORD_BYTES)).toBe(0);
      expect(control.tallies.byteOffset % (LINE_WORDS * WORD_BYTES)).toBe(0);
      expect([control.cursors.length, control.breakers.length]).toEqual([targets, 4 * targets]);
      expect(control.tallies.length).toBe(4 * targets);
    }
  });

  it('are the same words when another thread opens them', () => {
    const made = createControlWords(5);
    const opened = openControlWords({ targets: made.targets, buffer: made.buffer });
    setBusState(made, BUS_STATE.closing);
    made.cursors[4] = 9;
    made.breakers[19] = 8;
    expect(busState(opened)).toBe(BUS_STATE.closing);
    expect([opened.cursors[4], opened.breakers[19]]).toEqual([9, 8]);
  });

  it('hand out the positions of a set in turn, also where the counter wraps', () => {
    const { cursors } = createControlWords(2);
    cursors[1] = 0x7fff_fffe;
    const taken = Array.from({ length: 6 }, () => nextCursor(cursors, 1, 2));
    expect(taken).toEqual([0, 1, 0, 1, 0, 1]);
    expect(cursors[0]).toBe(0);
  });

  // D4, moleculer's round-robin.spec.js: the counter wraps without skipping or repeating an endpoint.
  it.each([2 ** 30, 2 ** 31, 3 * 2 ** 30])(
    'go on in turn for every number of members past %i',
    (at) => {
      const { cursors } = createControlWords(1);
      for (let members = 1; members <= 13; members++) {
        cursors[0] = (at - 5) | 0;
        const first = peekCursor(cursors, 0, members);
        const taken = Array.from({ length: 40 }, () => nextCursor(cursors, 0, members));
        expect(taken).toEqual(Array.from({ length: 40 }, (_, turn) => (first + turn) % members));
        expect(cursors[0]).toBeLessThan(60);
        expect(cursors[0]).toBeGreaterThanOrEqual(0);
      }
    },
  );

  it('never hand out a negative position', () => {
    const { cursors } = createControlWords(1);
    cursors[0] = -3;
    for (let i = 0; i < 6; i++) {
      const position = nextCursor(cursors, 0, 3);
      expect([0, 1, 2]).toContain(position);
    }
  });
});
