/**
 * Only `src/memory` touches shared words: a store elsewhere would be seen by no test that counts or
 * cuts off accesses, and by no reader who looks for the other end. Typed-array writes through a
 * view that a room was handed need types to be told apart; this rule sees Atomics and new buffers.
 */

import ts from 'typescript';
import type { Finding, Rule } from './source-file.ts';
import { isCode } from './source-file.ts';
import { walk } from './syntax.ts';

/** Files outside `src/memory` that may, each with its reason. */
export const exempt: ReadonlyMap<string, string> = new Map();

export const sharedMemoryDoor: Rule = (files) => {
  const findings: Finding[] = [];
  for (const file of files) {
    const isChecked = /^(?:src|workers)\//.test(file.path) && !file.path.startsWith('src/memory/');
    if (!isCode(file) || !isChecked || exempt.has(file.path)) continue;
    walk(file, (node, line) => {
      const name = sharedAccess(node);
      if (name === undefined) return;
      const problem = `${name} outside src/memory: give src/memory a function for it`;
      findings.push({ path: file.path, line, problem });
    });
  }
  return findings;
};

function sharedAccess(node: ts.Node): string | undefined {
  if (ts.isPropertyAccessExpression(node) && node.expression.getText() === 'Atomics') {
    return node.getText();
  }
  if (ts.isNewExpression(node) && node.expression.getText() === 'SharedArrayBuffer') {
    return 'new SharedArrayBuffer';
  }
  return undefined;
}
