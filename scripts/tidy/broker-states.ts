/**
 * The broker is in `src` alone. Tests import the words and states of its records and define none of their own, and the
 * simulator reaches neither records nor the shard's steps: it acts through whole cores, so that it cannot repeat a
 * mistake of theirs. What a file computes from what it imports is out of the rule's sight.
 */

import ts from 'typescript';
import type { Finding, Rule, SourceFile } from './source-file.ts';
import { isCode } from './source-file.ts';
import { walk } from './syntax.ts';

/** Where the states of messages and deliveries are, and how they are told. */
const DEFINITIONS: readonly string[] = ['src/memory/ledger.ts', 'src/memory/entries.ts'];
const SIMULATOR = 'test/sim/simulator/';
/** Rooms in which states change. */
const CHANGES = /\/src\/(?:shard|memory)\//;
/** The seam is where threads die; the statuses are a receiver's own to choose. */
const ALLOWED = /\/src\/memory\/(?:seam|entries)\.ts$/;

export const brokerStates: Rule = (files) => {
  const names = new Set(files.filter(({ path }) => DEFINITIONS.includes(path)).flatMap(namesOf));
  return files
    .filter((file) => isCode(file) && file.path.startsWith('test/'))
    .flatMap((file) => [...copies(file, names), ...imports(file)]);
};

/** Constants that a file exports. */
function namesOf(file: SourceFile): string[] {
  const names: string[] = [];
  walk(file, (node) => {
    if (!ts.isVariableStatement(node)) return;
    if (!node.modifiers?.some(({ kind }) => kind === ts.SyntaxKind.ExportKeyword)) return;
    for (const { name } of node.declarationList.declarations) names.push(name.getText());
  });
  return names;
}

function copies(file: SourceFile, names: ReadonlySet<string>): Finding[] {
  const findings: Finding[] = [];
  walk(file, (node, line) => {
    if (!ts.isVariableDeclaration(node) || !ts.isIdentifier(node.name)) return;
    const { text } = node.name;
    if (!names.has(text)) return;
    const problem = `${text} is defined in ${DEFINITIONS.join(' or ')}: import it`;
    findings.push({ path: file.path, line, problem });
  });
  return findings;
}

function imports(file: SourceFile): Finding[] {
  if (!file.path.startsWith(SIMULATOR)) return [];
  const findings: Finding[] = [];
  walk(file, (node, line) => {
    if (!ts.isImportDeclaration(node) || !ts.isStringLiteral(node.moduleSpecifier)) return;
    const { text } = node.moduleSpecifier;
    if (!CHANGES.test(text) || ALLOWED.test(text)) return;
    const problem = `the simulator acts through whole cores: it may not import ${text}`;
    findings.push({ path: file.path, line, problem });
  });
  return findings;
}
