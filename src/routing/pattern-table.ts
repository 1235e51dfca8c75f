/**
 * All distinct patterns, and which of them a key matches: exact ones by equality, globs through the
 * index. It knows nothing of routes; nodes come with the first use of a pattern and go with the last.
 */

import type { Matching } from './pattern.ts';
import { type IndexLimits, PatternIndex } from './pattern-index.ts';
import { PatternNode } from './pattern-node.ts';
import { compileRegex } from './regex.ts';

export class PatternTable {
  readonly #exact = new Map<string, PatternNode>();
  readonly #globs = new Map<string, PatternNode>();
  readonly #index: PatternIndex<PatternNode>;

  constructor(limits: IndexLimits) {
    this.#index = new PatternIndex(limits);
  }

  /** Matcher steps of all look-ups so far. */
  get steps(): number {
    return this.#index.steps;
  }

  /** The pattern's node, made if need be. Throws as `PatternIndex.add` does. */
  nodeFor(pattern: string, match: Matching): PatternNode {
    const nodes = match === 'exact' ? this.#exact : this.#globs;
    const known = match === 'regex' ? compileRegex(pattern) : nodes.get(pattern);
    if (known !== undefined) return known;
    const node = new PatternNode(pattern, match);
    if (match === 'glob') node.indexed = this.#index.add(pattern, node);
    nodes.set(pattern, node);
    return node;
  }

  /** Forgets a node on which nothing hangs any more. */
  dropIfEmpty(node: PatternNode): void {
    if (!node.isEmpty) return;
    const nodes = node.match === 'exact' ? this.#exact : this.#globs;
    if (nodes.get(node.pattern) !== node) return;
    nodes.delete(node.pattern);
    if (node.indexed !== undefined) this.#index.remove(node.indexed);
    node.indexed = undefined;
  }

  /** Adds the nodes of all patterns that match, the exact one first. */
  collect(key: string, nodes: PatternNode[]): void {
    const exact = this.#exact.get(key);
    if (exact !== undefined) nodes.push(exact);
    this.#index.collect(key, nodes);
  }
}
