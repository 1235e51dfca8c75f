/**
 * The page of the public interface leaves nothing out: every name that `src/index.ts` exports, every member of an
 * exported interface in the part of the page whose heading names it, and every error code. It knows that a name is
 * mentioned, not that what is said of it is true.
 */

import { posix } from 'node:path';
import ts from 'typescript';
import type { Finding, Rule, SourceFile } from './source-file.ts';
import { walk } from './syntax.ts';

const PAGE = 'docs/interface.md';
const ENTRY = 'src/index.ts';
const CODES = 'src/message/errors.ts';

export const interfacePage: Rule = (files) => {
  const entry = files.find(({ path }) => path === ENTRY);
  if (entry === undefined) return [];
  const page = files.find(({ path }) => path === PAGE);
  if (page === undefined) return [{ path: PAGE, line: 1, problem: 'the page is missing' }];
  const parts = partsOf(page);
  const exported = exportsOf(entry);
  return [
    ...missing(
      exported.keys(),
      { heading: '', line: 1, words: codeWords(page.text) },
      'the export',
    ),
    ...[...exported].flatMap(([name, from]) => missingMembers(name, from, files, parts)),
    ...missingCodes(files, parts),
  ];
};

/** From one heading to the next. */
interface Part {
  readonly heading: string;
  readonly line: number;
  /** Words in code, inline or fenced: `name` in prose is no mention of an option of that name. */
  readonly words: ReadonlySet<string>;
}

function missing(names: Iterable<string>, { words, line }: Part, what: string): Finding[] {
  return [...names]
    .filter((name) => !words.has(name))
    .map((name) => ({ path: PAGE, line, problem: `says nothing of ${what} ${name}` }));
}

/** Of the interface `name` that the file at `from` declares, or exports from another one. */
function missingMembers(
  name: string,
  from: string,
  files: readonly SourceFile[],
  parts: readonly Part[],
): Finding[] {
  const file = files.find(({ path }) => path === from);
  if (file === undefined) return [];
  const next = exportsOf(file).get(name);
  if (next !== undefined) return missingMembers(name, next, files, parts);
  const members = membersOf(file, name);
  if (members === undefined) return [];
  const part = parts.find(({ heading }) => heading.includes(`\`${name}\``));
  if (part !== undefined) return missing(members, part, `the member of ${name}`);
  return [{ path: PAGE, line: 1, problem: `has no heading that names \`${name}\`` }];
}

function missingCodes(files: readonly SourceFile[], parts: readonly Part[]): Finding[] {
  const file = files.find(({ path }) => path === CODES);
  const part = parts.find(({ heading }) => heading.includes('Errors'));
  const codes = file?.text.matchAll(/'(ERR_BUS_\w+)',\n/g) ?? [];
  const names = new Set(Array.from(codes, ([, code]) => code as string));
  return missing(names, part ?? { heading: '', line: 1, words: new Set() }, 'the error code');
}

/** What a file exports from others: name, and path of the other. */
function exportsOf(file: SourceFile): Map<string, string> {
  const names = new Map<string, string>();
  walk(file, (node) => {
    if (!ts.isExportSpecifier(node)) return;
    const { moduleSpecifier } = node.parent.parent;
    if (moduleSpecifier === undefined || !ts.isStringLiteral(moduleSpecifier)) return;
    names.set(node.name.text, posix.join(posix.dirname(file.path), moduleSpecifier.text));
  });
  return names;
}

/** Of the interface, those of objects within too: `messages: { accepted: number }`. Undefined: there is none. */
function membersOf(file: SourceFile, name: string): Set<string> | undefined {
  const members = new Set<string>();
  let end = -1;
  walk(file, (node) => {
    if (ts.isInterfaceDeclaration(node) && node.name.text === name) end = node.end;
    const isMember = ts.isPropertySignature(node) || ts.isMethodSignature(node);
    if (!isMember || node.pos >= end) return;
    if (ts.isIdentifier(node.name) || ts.isStringLiteral(node.name)) members.add(node.name.text);
  });
  return end === -1 ? undefined : members;
}

function partsOf({ text }: SourceFile): Part[] {
  const parts: { heading: string; line: number; lines: string[] }[] = [];
  let isFenced = false;
  for (const [index, lineText] of text.split('\n').entries()) {
    if (lineText.startsWith('```')) isFenced = !isFenced;
    if (!isFenced && /^#+ /.test(lineText)) {
      parts.push({ heading: lineText, line: index + 1, lines: [] });
    } else parts.at(-1)?.lines.push(lineText);
  }
  return parts.map(({ heading, line, lines }) => {
    return { heading, line, words: codeWords(`${heading}\n${lines.join('\n')}`) };
  });
}

function codeWords(text: string): Set<string> {
  const code = text.match(/^```[\s\S]*?^```|`[^`\n]+`/gm) ?? [];
  return new Set(code.join(' ').match(/[\w$]+/g) ?? []);
}
