/**
 * Options that are refused as not supported yet say so in their docstring and on the page of the interface, and no
 * other says so. It knows the lists of refused options by their names.
 */

import ts from 'typescript';
import type { Finding, Rule, SourceFile } from './source-file.ts';
import { walk } from './syntax.ts';

const PAGE = 'docs/interface.md';

/** List of what is refused, and the interface of the options that it is about. */
const LISTS: ReadonlyMap<string, string> = new Map([
  ['LATER_ENDPOINT', 'EndpointOptions'],
  ['LATER_SUBSCRIPTION', 'SubscribeOptions'],
  ['LATER_ROUTE', 'RouteOptions'],
]);

/** Some of its values are refused, and it stands in no list. */
const EXEMPT = 'match';

export const unbuiltOptions: Rule = (files) => {
  const refused = refusedByInterface(files);
  const rows = files.find(({ path }) => path === PAGE)?.text.split('\n') ?? [];
  return files
    .filter(({ path }) => path.startsWith('src/options/'))
    .flatMap((file) => findingsIn(file, refused, rows));
};

function refusedByInterface(files: readonly SourceFile[]): Map<string, Set<string>> {
  const refused = new Map([...LISTS.values()].map((name) => [name, new Set<string>()]));
  for (const file of files) {
    if (!file.path.startsWith('src/client/')) continue;
    walk(file, (node) => {
      if (!ts.isVariableDeclaration(node) || !ts.isIdentifier(node.name)) return;
      const names = refused.get(LISTS.get(node.name.text) ?? '');
      if (names === undefined || node.initializer === undefined) return;
      if (!ts.isObjectLiteralExpression(node.initializer)) return;
      for (const { name } of node.initializer.properties) if (name) names.add(name.getText());
    });
  }
  return refused;
}

function findingsIn(
  file: SourceFile,
  refused: ReadonlyMap<string, ReadonlySet<string>>,
  rows: readonly string[],
): Finding[] {
  const findings: Finding[] = [];
  walk(file, (node, line) => {
    if (!ts.isPropertySignature(node) || !ts.isInterfaceDeclaration(node.parent)) return;
    const owner = node.parent.name.text;
    const names = refused.get(owner);
    const name = node.name.getText();
    if (names === undefined || name === EXEMPT) return;
    const must = names.has(name) ? 'must say' : 'must not say';
    const docstring = node.getFullText().slice(0, -node.getText().length);
    if (/not supported yet/i.test(docstring) !== names.has(name)) {
      findings.push({ path: file.path, line, problem: `${name} ${must} 'not supported yet'` });
    }
    const place = rowOf(rows, owner, name);
    if (place !== -1 && rows[place]?.includes('*later*') !== names.has(name)) {
      const problem = `${owner}: ${name} ${must} *later*`;
      findings.push({ path: PAGE, line: place + 1, problem });
    }
  });
  return findings;
}

/** The row of the table under the heading of `owner` whose first cell names the option; -1: there is none. */
function rowOf(rows: readonly string[], owner: string, name: string): number {
  const start = rows.findIndex((row) => row.startsWith('#') && row.includes(`\`${owner}\``));
  if (start === -1) return -1;
  for (let i = start + 1; i < rows.length && !rows[i]?.startsWith('#'); i++) {
    if (rows[i]?.split('|')[1]?.includes(`\`${name}\``)) return i;
  }
  return -1;
}
