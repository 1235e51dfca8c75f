/** What every tidy rule works on and what it gives back. */

/** A tracked text file; `path` is relative to the root of the repository, with `/`. */
export interface SourceFile {
  readonly path: string;
  readonly text: string;
}

/** One thing that is wrong, at a line counted from 1, with what to do about it. */
export interface Finding {
  readonly path: string;
  readonly line: number;
  readonly problem: string;
}

/** A rule sees all files at once, since some compare one with another. It reads nothing itself. */
export type Rule = (files: readonly SourceFile[]) => Finding[];

/** Where the tests of the rules plant their mistakes: no rule looks there. */
export const plantsDirectory = 'test/unit/scripts/tidy/';

export function isCode({ path }: SourceFile): boolean {
  return /\.(?:[cm]?ts|[cm]?js)$/.test(path);
}

export function isMarkdown({ path }: SourceFile): boolean {
  return path.endsWith('.md');
}

/** A finding for every line in which the pattern occurs. */
export function findLines(file: SourceFile, pattern: RegExp, problem: string): Finding[] {
  return file.text
    .split('\n')
    .flatMap((text, index) =>
      pattern.test(text) ? [{ path: file.path, line: index + 1, problem }] : [],
    );
}
