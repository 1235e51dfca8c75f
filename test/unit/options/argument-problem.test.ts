import { parseArgs } from 'node:util';
import { describe, expect, it } from 'vitest';
import { argumentProblem, unknownName } from '../../../src/options/argument-problem.ts';

const options = { seconds: { type: 'string' }, shards: { type: 'string' } } as const;

/** What is said of arguments that `parseArgs` refuses. */
function problemOf(...args: string[]): string {
  try {
    parseArgs({ args, options });
  } catch (error) {
    return argumentProblem(error, Object.keys(options));
  }
  throw new Error('The arguments were taken.');
}

describe('argumentProblem', () => {
  it('names the option that was probably meant', () => {
    expect(problemOf('--second', '1')).toBe(
      "There is no option '--second'. Did you mean '--seconds'?",
    );
    expect(problemOf('--Shard=2')).toContain("Did you mean '--shards'?");
  });

  it('lists the options where none is near', () => {
    const text = "There is no option '--colour'. There are: --seconds, --shards.";
    expect(problemOf('--colour')).toBe(text);
  });

  it('says the rest as it came', () => {
    expect(problemOf('--seconds')).toContain('--seconds');
    expect(argumentProblem(new RangeError('too many'), [])).toBe('too many');
    expect(argumentProblem('a word', [])).toBe('a word');
  });
});

describe('unknownName', () => {
  it('says the kind, the name and the nearest one', () => {
    expect(unknownName('command', 'dem', ['demo', 'bench'])).toBe(
      "There is no command 'dem'. Did you mean 'demo'?",
    );
  });
});
