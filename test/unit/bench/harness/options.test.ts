import { describe, expect, it } from 'vitest';
import { parseBenchOptions } from '../../../../bench/harness/options.ts';

describe('parseBenchOptions', () => {
  it('asks for all rows and for no number of rounds by default', () => {
    expect(parseBenchOptions([])).toEqual({ only: [], json: false, quick: false, help: false });
  });

  it('takes several rows, repeated or with commas', () => {
    const { only } = parseBenchOptions(['--only', 'a,b', '--only', 'c']);
    expect(only).toEqual(['a', 'b', 'c']);
  });

  it('takes a whole number of rounds', () => {
    expect(parseBenchOptions(['--rounds', '5']).rounds).toBe(5);
  });

  it.each(['0', '-1', '1.5', 'many', '', '1002', '0x10'])('refuses %j rounds', (rounds) => {
    expect(() => parseBenchOptions([`--rounds=${rounds}`])).toThrow(/--rounds/);
  });

  it('refuses what it does not know', () => {
    expect(() => parseBenchOptions(['--fast'])).toThrow(/--fast/);
    expect(() => parseBenchOptions(['notify'])).toThrow(/notify/);
  });
});
