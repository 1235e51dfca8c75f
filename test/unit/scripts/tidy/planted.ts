/** Files that exist only for a rule to judge. */

import type { Rule, SourceFile } from '../../../../scripts/tidy/source-file.ts';

export function planted(path: string, ...lines: readonly string[]): SourceFile {
  return { path, text: lines.map((line) => `${line}\n`).join('') };
}

/** What the rule finds, each as `path:line`. */
export function placesFound(rule: Rule, ...files: readonly SourceFile[]): string[] {
  return rule(files).map(({ path, line }) => `${path}:${line}`);
}
