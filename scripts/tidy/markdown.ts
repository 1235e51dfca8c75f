/** A document has one title, and its relative links lead somewhere. Fenced code is not looked at. */

import { posix } from 'node:path';
import type { Finding, Rule, SourceFile } from './source-file.ts';
import { isMarkdown } from './source-file.ts';

export const oneTitle: Rule = (files) =>
  files.filter(isMarkdown).flatMap((file) => {
    const titles = proseLines(file).filter(({ text }) => /^# /.test(text));
    if (titles.length === 1) return [];
    const problem = `${titles.length} first-level headings, expected exactly one`;
    return [{ path: file.path, line: titles[1]?.line ?? 1, problem }];
  });

/** Knows the files that it was given: a link to an untracked file is a broken link for others. */
export const relativeLinks: Rule = (files) => {
  const byPath = new Map(files.map((file) => [file.path, file]));
  return files.filter(isMarkdown).flatMap((file) => brokenLinks(file, byPath));
};

interface ProseLine {
  readonly text: string;
  readonly line: number;
}

/** The lines outside fenced code, with inline code blanked: what looks like a link there is none. */
function proseLines({ text }: SourceFile): ProseLine[] {
  const lines: ProseLine[] = [];
  let fence: string | undefined;
  for (const [index, lineText] of text.split('\n').entries()) {
    const mark = /^\s*(`{3,}|~{3,})/.exec(lineText)?.[1];
    if (mark !== undefined && fence === undefined) fence = mark;
    else if (mark !== undefined && fence !== undefined && mark.startsWith(fence)) fence = undefined;
    else if (fence === undefined) lines.push({ text: lineText, line: index + 1 });
  }
  return lines;
}

function brokenLinks(file: SourceFile, byPath: ReadonlyMap<string, SourceFile>): Finding[] {
  return proseLines(file).flatMap(({ text, line }) =>
    linkTargets(text).flatMap((target) => {
      const problem = linkProblem(file, target, byPath);
      return problem === undefined ? [] : [{ path: file.path, line, problem }];
    }),
  );
}

/** Targets of inline links and of reference definitions that are not absolute URLs. */
function linkTargets(text: string): string[] {
  const prose = text.replaceAll(/`[^`]*`/g, (code) => ' '.repeat(code.length));
  const inline = [...prose.matchAll(/\]\(\s*<?([^)\s>]+)/g)];
  const references = [...prose.matchAll(/^\s*\[[^\]]+\]:\s*<?([^\s>]+)/g)];
  return [...inline, ...references]
    .map(([, target]) => target ?? '')
    .filter((target) => !/^[a-z][a-z0-9+.-]*:|^\/\//i.test(target));
}

function linkProblem(
  from: SourceFile,
  target: string,
  byPath: ReadonlyMap<string, SourceFile>,
): string | undefined {
  const [rawPath = '', anchor] = decodeURI(target).split('#');
  const joined = posix.normalize(posix.join(posix.dirname(from.path), rawPath));
  const path = (rawPath === '' ? from.path : joined).replace(/\/$/, '');
  const file = byPath.get(path);
  if (file === undefined) {
    const isDirectory =
      path === '.' || [...byPath.keys()].some((each) => each.startsWith(`${path}/`));
    return isDirectory ? undefined : `the link ${target} leads to ${path}, which is not there`;
  }
  if (anchor === undefined || !isMarkdown(file)) return undefined;
  return anchorsOf(file).has(anchor) ? undefined : `${path} has no heading for #${anchor}`;
}

/** The anchors that GitHub gives to the headings of a document. */
function anchorsOf(file: SourceFile): Set<string> {
  const anchors = new Set<string>();
  for (const { text } of proseLines(file)) {
    const heading = /^#{1,6} +(.*?)[ #]*$/.exec(text)?.[1];
    if (heading === undefined) continue;
    const slug = heading
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N}\p{M} _-]/gu, '')
      .replaceAll(' ', '-');
    let anchor = slug;
    for (let count = 1; anchors.has(anchor); count += 1) anchor = `${slug}-${count}`;
    anchors.add(anchor);
  }
  return anchors;
}
