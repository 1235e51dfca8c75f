/** The command line of the benches. */

import { parseArgs } from 'node:util';

export interface BenchOptions {
  /** Rounds of each comparison; absent: the plan's. */
  readonly rounds?: number;
  /** Rows to run, by the beginning of their name; empty: all. */
  readonly only: readonly string[];
  readonly json: boolean;
  readonly quick: boolean;
  readonly help: boolean;
}

const OPTIONS = {
  rounds: { type: 'string' },
  only: { type: 'string', multiple: true, default: [] as string[] },
  json: { type: 'boolean', default: false },
  quick: { type: 'boolean', default: false },
  help: { type: 'boolean', short: 'h', default: false },
} as const;

/** Their names, for a hint at the one that was meant. */
export const optionNames: readonly string[] = Object.keys(OPTIONS);

/** Odd, and enough for a median that one disturbed round does not move. */
const ROUNDS_MAX = 1_001;

export const usage: string = `usage: symphony-bus bench [--only name] [--rounds n] [--quick] [--json] [--help]

  --only name   run the rows whose name begins so; may be given again
  --rounds n    rounds of each comparison, 1 to ${ROUNDS_MAX}
  --quick       a tiny run that proves that the rows work; its figures mean nothing
  --json        one JSON document instead of tables
  --help        this text
`;

/** Throws a TypeError or RangeError that names the option. */
export function parseBenchOptions(args: readonly string[]): BenchOptions {
  const { values } = parseArgs({
    args: [...args],
    options: OPTIONS,
    allowPositionals: false,
  });
  const { rounds, only, json, quick, help } = values;
  const flags = { only: only.flatMap((names) => names.split(',')), json, quick, help };
  return rounds === undefined ? flags : { ...flags, rounds: parseRounds(rounds) };
}

function parseRounds(text: string): number {
  const rounds = Number(text);
  if (/^\d+$/.test(text) && rounds >= 1 && rounds <= ROUNDS_MAX) return rounds;
  throw new RangeError(`--rounds takes a whole number from 1 to ${ROUNDS_MAX}, got ${text}`);
}
