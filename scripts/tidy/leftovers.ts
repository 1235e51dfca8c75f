/** What is meant to be temporary and stays: notes to oneself, tests left alone, tests left out. */

import type { Finding, Rule, SourceFile } from './source-file.ts';
import { findLines, isCode, isMarkdown } from './source-file.ts';

// Brackets keep the pattern from being an instance of itself.
const note = /\b(?:TOD[O]|FIXM[E]|XX[X])\b/;
const focused = /\b(?:it|test|describe|bench|suite)(?:\.\w+)*\.onl[y]\b/;
const skipped =
  /\b(?:it|test|describe|bench|suite)(?:\.\w+)*\.(?:ski[p]|skipI[f]|runI[f]|tod[o]|fail[s])\b/;
const skippedInside = /\b(?:context|ctx|task|t)\.ski[p]\(\s*\)/;

export const notes: Rule = (files) =>
  files
    .filter((file) => isCode(file) || isMarkdown(file))
    .flatMap((file) => findLines(file, note, 'do it, or write it down where work is planned'));

export const focusedTests: Rule = (files) =>
  files
    .filter(isCode)
    .flatMap((file) => findLines(file, focused, 'a focused test silences all others'));

/** A test may be left out for a reason: a comment on that line or the line above says which. */
export const skippedTests: Rule = (files) => files.filter(isCode).flatMap(skippedWithoutReason);

function skippedWithoutReason({ path, text }: SourceFile): Finding[] {
  const lines = text.split('\n');
  return lines.flatMap((lineText, index) => {
    const line = index + 1;
    if (skippedInside.test(lineText)) {
      return [{ path, line, problem: 'give skip() its reason as the argument' }];
    }
    const hasReason = /\/\/\s*\S|\*\/\s*$/.test(`${lines[index - 1] ?? ''}\n${lineText}`);
    if (!skipped.test(lineText) || hasReason) return [];
    return [{ path, line, problem: 'a comment here or above must say why this test is left out' }];
  });
}
