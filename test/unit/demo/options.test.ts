import { describe, expect, it } from 'vitest';
import { DEMO_USAGE, parseDemoOptions } from '../../../src/demo/options.ts';

describe('parseDemoOptions', () => {
  it('runs ten seconds with two shards and two workers when nothing is said', () => {
    expect(parseDemoOptions([])).toEqual({
      options: { seconds: 10, shards: 2, workers: 2, json: false },
    });
  });

  it('reads all options, in both spellings', () => {
    expect(parseDemoOptions(['--seconds=0.5', '--shards', '4', '--workers=3', '--json'])).toEqual({
      options: { seconds: 0.5, shards: 4, workers: 3, json: true },
    });
  });

  it.each([
    ['--seconds', '0'],
    ['--seconds', '601'],
    ['--seconds', 'ten'],
    ['--seconds', ''],
    ['--seconds', 'Infinity'],
    ['--shards', '0'],
    ['--shards', '65'],
    ['--shards', '1.5'],
    ['--workers', '17'],
    ['--workers', '0x'],
  ])('names the option, the bounds and what came for %s %j', (option, value) => {
    const parsed = parseDemoOptions([option, value]);
    expect(parsed).toHaveProperty('problem');
    const { problem } = parsed as { problem: string };
    expect(problem).toContain(option);
    expect(problem).toContain('from');
    expect(problem).toContain(`'${value}'`);
  });

  it('refuses options that it does not know, values that are missing, and loose words', () => {
    expect(parseDemoOptions(['--second', '1'])).toHaveProperty('problem');
    expect(parseDemoOptions(['--seconds'])).toHaveProperty('problem');
    expect(parseDemoOptions(['--json=yes'])).toHaveProperty('problem');
    expect(parseDemoOptions(['now'])).toHaveProperty('problem');
  });

  it('gives help before it judges the rest', () => {
    expect(parseDemoOptions(['--help', '--shards', '0'])).toEqual({ help: true });
    for (const option of ['--seconds', '--shards', '--workers', '--json']) {
      expect(DEMO_USAGE).toContain(option);
    }
  });
});
