/**
 * The syntax tree of a file, for rules that must tell code from comments and strings. It knows no
 * types: `const { now } = Date` is out of its sight.
 */

import ts from 'typescript';
import type { SourceFile } from './source-file.ts';

const trees = new WeakMap<SourceFile, ts.SourceFile>();

/** Calls `visit` for every node of the file, parents first. */
export function walk(file: SourceFile, visit: (node: ts.Node, line: number) => void): void {
  const tree = treeOf(file);
  const step = (node: ts.Node): void => {
    visit(node, tree.getLineAndCharacterOfPosition(node.getStart(tree)).line + 1);
    ts.forEachChild(node, step);
  };
  step(tree);
}

function treeOf(file: SourceFile): ts.SourceFile {
  let tree = trees.get(file);
  if (tree === undefined) {
    tree = ts.createSourceFile(file.path, file.text, ts.ScriptTarget.Latest, true);
    trees.set(file, tree);
  }
  return tree;
}
