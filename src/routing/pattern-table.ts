/**
 * All distinct patterns, and which of them a key matches: exact ones by equality, globs and regexes through the
 * index. It knows nothing of routes; nodes come with the first use of a pattern and go with the last.
 */

import type { Matching } from './pattern.ts';
import { type IndexLimits, PatternIndex } from './pattern-index.ts';
import { PatternNode } from './pattern-node.ts';
import type { RegexProgram } from './regex-program.ts';

/** A pattern as routes and subscriptions carry it. */
interface PatternSpec {
  readonly pattern: string;
  readonly match: Matching;
  /** For `match: 'regex'`, which cannot be without it. */
  readonly regex?: RegexProgram | undefined;
}

export class PatternTable {
  readonly #nodes: Readonly<Record<Matching, Map<string, PatternNode>>> = {
    exact: new Map(),
    glob: new Map(),
    regex: new Map(),
  };
  readonly #index: PatternIndex<PatternNode>;

  constructor(limits: IndexLimits) {
    this.#index = new PatternIndex(limits);
  }

  /** Matcher steps of all look-ups so far. */
  get steps(): number {
    return this.#index.steps;
  }

  /** The pattern's node, made if need be; a regex comes with its program. Throws as `PatternIndex.add` does. */
  nodeFor({ pattern, match, regex }: PatternSpec): PatternNode {
    const nodes = this.#nodes[match];
    const known = nodes.get(pattern);
    if (known !== undefined) return known;
    const node = new PatternNode(pattern, match);
    if (match === 'glob') node.indexed = this.#index.add(pattern, node);
    if (match === 'regex') {
      node.indexed = this.#index.addRegex(pattern, regex as RegexProgram, node);
    }
    nodes.set(pattern, node);
    return node;
  }

  /** Forgets a node on which nothing hangs any more. */
  dropIfEmpty(node: PatternNode): void {
    if (!node.isEmpty) return;
    const nodes = this.#nodes[node.match];
    if (nodes.get(node.pattern) !== node) return;
    nodes.delete(node.pattern);
    if (node.indexed !== undefined) this.#index.remove(node.indexed);
    node.indexed = undefined;
  }

  /** Adds the nodes of all patterns that match, the exact one first. */
  collect(key: string, nodes: PatternNode[]): void {
    const exact = this.#nodes.exact.get(key);
    if (exact !== undefined) nodes.push(exact);
    this.#index.collect(key, nodes);
  }
}
