/**
 * The cores take time, chance and timers from outside, so that a simulator can replay them. Modules
 * that bring a clock (`node:timers`) are the layers file's business.
 */

import ts from 'typescript';
import type { Finding, Rule } from './source-file.ts';
import { isCode } from './source-file.ts';
import { walk } from './syntax.ts';

const pureRooms = /^src\/(?:shard|routing|health|memory)\//;
const members = new Set(['Date.now', 'performance.now', 'Math.random', 'process.hrtime']);
const timers = /^(?:set|clear)(?:Timeout|Interval|Immediate)$|^queueMicrotask$/;

export const injectedTime: Rule = (files) => {
  const findings: Finding[] = [];
  for (const file of files) {
    if (!isCode(file) || !pureRooms.test(file.path)) continue;
    walk(file, (node, line) => {
      const name = impureName(node);
      if (name === undefined) return;
      findings.push({ path: file.path, line, problem: `${name} in a pure room: inject it` });
    });
  }
  return findings;
};

function impureName(node: ts.Node): string | undefined {
  if (ts.isPropertyAccessExpression(node)) {
    const name = node.getText().replace(/^globalThis\./, '');
    return members.has(name) || timers.test(name) ? name : undefined;
  }
  if (ts.isNewExpression(node) && node.expression.getText() === 'Date') return 'new Date';
  if (ts.isCallExpression(node) && ts.isIdentifier(node.expression)) {
    return timers.test(node.expression.text) ? node.expression.text : undefined;
  }
  return undefined;
}
