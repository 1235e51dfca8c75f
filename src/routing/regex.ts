/**
 * The door of re2js, the linear engine for regular expressions. A native `RegExp` never meets a key, because
 * it backtracks; and re2js itself, linear as it is, needs 14 to 140 ms for some patterns of ten instructions
 * on the longest key. So re2js parses and compiles, on the main thread and from the first regex on, and
 * `regex-match.ts` runs what it made: that is bounded by 2 ms.
 */
import { createRequire } from 'node:module';
import { gramsOfRuns } from './grams.ts';
import { refusePattern } from './refusal.ts';
import { buildProgram, type Instruction } from './regex-build.ts';
import type { RegexProgram } from './regex-program.ts';
import { translateRegex } from './regex-translate.ts';

/** Instructions of one compiled pattern: one for each character or class with its repeats, and a few more. */
export const REGEX_INSTRUCTIONS_MAX = 100;

/** What is used of re2js; the program is not part of its types. */
interface Re2js {
  readonly RE2JS: {
    compile(pattern: string): {
      programSize(): number;
      readonly re2Input: {
        readonly prog: { readonly start: number; readonly inst: readonly Instruction[] };
      };
    };
  };
}

let re2js: Re2js | undefined;

/**
 * Compiles a source of JavaScript, which may begin with its flags: `(?i)^order`. Throws
 * `ERR_BUS_INVALID_PATTERN` for bad syntax, flags other than `i m s u`, look-around, back-references and a
 * program over {@link REGEX_INSTRUCTIONS_MAX} instructions.
 */
export function compileRegex(pattern: string): RegexProgram {
  const given = /^\(\?([a-z]+)\)/.exec(pattern);
  const source = pattern.slice(given?.[0].length ?? 0);
  const flagText = given?.[1] ?? '';
  checkSyntax(pattern, source, flagText);
  const flags = {
    ignoreCase: flagText.includes('i'),
    multiline: flagText.includes('m'),
    dotAll: flagText.includes('s'),
    unicode: flagText.includes('u'),
  };
  const { re2, runs } = translateRegex(source, flags, (problem, expected) =>
    refusePattern(pattern, problem, expected),
  );
  const { start, inst } = compile(pattern, re2);
  return buildProgram({ start, instructions: inst, grams: gramsOfRuns(runs) }, flags);
}

function checkSyntax(pattern: string, source: string, flags: string): void {
  if (!/^[imsu]*$/.test(flags)) {
    refusePattern(pattern, `it has the flags "${flags}"`, 'none but i, m, s and u');
  }
  try {
    new RegExp(source, flags);
  } catch (error) {
    refusePattern(pattern, (error as Error).message, 'a regular expression of JavaScript');
  }
}

function compile(pattern: string, re2: string): { start: number; inst: readonly Instruction[] } {
  re2js ??= createRequire(import.meta.url)('re2js') as Re2js;
  let compiled: ReturnType<Re2js['RE2JS']['compile']>;
  try {
    compiled = re2js.RE2JS.compile(re2);
  } catch (error) {
    refusePattern(pattern, (error as Error).message, 'a regular expression that RE2 takes');
  }
  const size = compiled.programSize();
  if (size > REGEX_INSTRUCTIONS_MAX) {
    refusePattern(
      pattern,
      `its program has ${size} instructions`,
      `at most ${REGEX_INSTRUCTIONS_MAX}: fewer or shorter repeats, shorter text`,
    );
  }
  return compiled.re2Input.prog;
}
