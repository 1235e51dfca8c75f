/** One file, one idea: what needs more lines than this is two. Documents and data are exempt. */

import type { Rule } from './source-file.ts';
import { isCode } from './source-file.ts';

export const LINES_MAX = 400;

export const fileLength: Rule = (files) =>
  files.filter(isCode).flatMap(({ path, text }) => {
    const lines = text.replace(/\n$/, '').split('\n').length;
    if (lines <= LINES_MAX) return [];
    return [{ path, line: LINES_MAX + 1, problem: `${lines} lines, at most ${LINES_MAX}` }];
  });
