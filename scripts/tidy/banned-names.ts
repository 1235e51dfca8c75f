/**
 * Words that say nothing about what a thing is. Only declarations are looked at: a name that comes
 * from the platform or a package is not ours to choose.
 */

import { basename } from 'node:path';
import ts from 'typescript';
import type { Finding, Rule, SourceFile } from './source-file.ts';
import { isCode } from './source-file.ts';
import { walk } from './syntax.ts';

const banned = new Set(['manager', 'helper', 'util', 'utils', 'common', 'data', 'info']);

/** Names that a contract outside this repository fixes. */
const foreign: ReadonlyMap<string, string> = new Map([
  ['workerData', 'the option of node:worker_threads'],
  ['info', "a level of pino's logger, which any logger of the bus must have"],
]);

export const bannedNames: Rule = (files) =>
  files.filter(isCode).flatMap((file) => [...inFileName(file), ...inDeclarations(file)]);

function inFileName({ path }: SourceFile): Finding[] {
  const problem = problemOf(basename(path).replace(/\..*$/, ''));
  return problem === undefined ? [] : [{ path, line: 1, problem }];
}

function inDeclarations(file: SourceFile): Finding[] {
  const findings: Finding[] = [];
  walk(file, (node, line) => {
    const name = declaredName(node);
    if (name === undefined || foreign.has(name)) return;
    const problem =
      problemOf(name) ?? (isFunctionLike(node) ? verbProblem(name) : nounProblem(name));
    if (problem !== undefined) findings.push({ path: file.path, line, problem });
  });
  return findings;
}

function declaredName(node: ts.Node): string | undefined {
  // A shorthand or renamed binding takes its first name from elsewhere; only a new one is judged.
  if (ts.isBindingElement(node)) return node.propertyName ? textOf(node.name) : undefined;
  const isDeclaration =
    ts.isVariableDeclaration(node) ||
    ts.isParameter(node) ||
    ts.isClassElement(node) ||
    ts.isTypeElement(node) ||
    ts.isFunctionDeclaration(node) ||
    ts.isClassDeclaration(node) ||
    ts.isInterfaceDeclaration(node) ||
    ts.isTypeAliasDeclaration(node) ||
    ts.isTypeParameterDeclaration(node);
  return isDeclaration && node.name !== undefined ? textOf(node.name) : undefined;
}

function textOf(name: ts.Node): string | undefined {
  if (ts.isIdentifier(name)) return name.text;
  return ts.isPrivateIdentifier(name) ? name.text.slice(1) : undefined;
}

function isFunctionLike(node: ts.Node): boolean {
  if (ts.isFunctionDeclaration(node) || ts.isMethodDeclaration(node)) return true;
  if (ts.isMethodSignature(node)) return true;
  const type = 'type' in node ? (node.type as ts.Node | undefined) : undefined;
  if (type !== undefined && ts.isFunctionTypeNode(type)) return true;
  return ts.isVariableDeclaration(node) && isFunctionValue(node.initializer);
}

function isFunctionValue(value: ts.Node | undefined): boolean {
  return value !== undefined && (ts.isArrowFunction(value) || ts.isFunctionExpression(value));
}

function problemOf(name: string): string | undefined {
  const word = wordsOf(name).find((candidate) => banned.has(candidate));
  return word === undefined ? undefined : `"${name}": "${word}" says nothing, name what it is`;
}

function verbProblem(name: string): string | undefined {
  return wordsOf(name)[0] === 'process'
    ? `"${name}": say what is done instead of process`
    : undefined;
}

function nounProblem(name: string): string | undefined {
  return /^handles?$/.test(name) ? `"${name}": say of what it is a handle` : undefined;
}

function wordsOf(name: string): string[] {
  return name
    .replaceAll(/([a-z0-9])([A-Z])/g, '$1 $2')
    .split(/[\s_\-.$]+/)
    .map((word) => word.toLowerCase());
}
