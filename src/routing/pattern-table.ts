/**
 * All distinct patterns, and what hangs on those that a key matches: exact ones by equality, globs and regexes
 * through the index. Nodes come with the first use of a pattern and go with the last.
 */
import { Found } from './found.ts';
import type { Matching } from './pattern.ts';
import { type IndexLimits, PatternIndex } from './pattern-index.ts';
import { NOT_INDEXED, PatternNode } from './pattern-node.ts';
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
  readonly #index: PatternIndex;
  /** By number in the index. */
  readonly #indexed: (PatternNode | undefined)[] = [];
  readonly #matches = new Found();
  /** Nodes that were made before anything hangs on them. */
  #expected: PatternNode[] = [];

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
    if (match === 'glob') node.indexed = this.#index.add(pattern);
    if (match === 'regex') {
      node.indexed = this.#index.addRegex(pattern, regex as RegexProgram);
    }
    nodes.set(pattern, node);
    if (node.indexed !== NOT_INDEXED) this.#indexed[node.indexed] = node;
    return node;
  }

  /** The pattern's node, where something hangs on it. */
  find(pattern: string, match: Matching): PatternNode | undefined {
    return this.#nodes[match].get(pattern);
  }

  /** Makes nodes of globs ahead of what will hang on them. A pattern that is refused is passed over. */
  expect(patterns: Iterable<string>): void {
    for (const pattern of patterns) {
      if (this.#nodes.glob.has(pattern)) continue;
      try {
        const node = this.nodeFor({ pattern, match: 'glob' });
        this.#noteOnly(node);
        this.#expected.push(node);
      } catch {
        // Whoever adds it is told why.
      }
    }
  }

  /** Nodes that were expected in vain go. */
  forgetExpected(): void {
    if (this.#expected.length === 0) return;
    for (const node of this.#expected) if (node.isEmpty) this.#drop(node);
    this.#expected = [];
  }

  /** What hangs on the node has changed; it is forgotten when that is nothing any more. */
  note(node: PatternNode): void {
    if (node.isEmpty) this.#drop(node);
    else if (node.indexed !== NOT_INDEXED) this.#noteOnly(node);
  }

  /** Adds the numbers of the sets, and of the subscriptions, of all patterns that match. */
  collect(key: string, sets: Found, subscriptions: Found): void {
    const exact = this.#nodes.exact.get(key);
    if (exact !== undefined) addAll(exact, sets, subscriptions);
    const matches = this.#matches;
    matches.count = 0;
    this.#index.collect(key, sets, matches);
    const { count, numbers } = matches;
    for (let i = 0; i < count; i++) {
      const number = numbers[i] as number;
      const note = this.#index.noteOf(number);
      if (note < SEE_NODE) subscriptions.push(note - SUBSCRIPTIONS);
      else addAll(this.#indexed[number] as PatternNode, sets, subscriptions);
    }
  }

  #drop(node: PatternNode): void {
    const nodes = this.#nodes[node.match];
    if (nodes.get(node.pattern) !== node) return;
    nodes.delete(node.pattern);
    if (node.indexed === NOT_INDEXED) return;
    this.#index.remove(node.indexed);
    this.#indexed[node.indexed] = undefined;
    node.indexed = NOT_INDEXED;
  }

  /**
   * Notes in the index what hangs on a node on which one thing hangs: the number of a set, which a look-up then finds
   * at once, or that of a subscription plus {@link SUBSCRIPTIONS}.
   */
  #noteOnly({ firstSet, indexed, subscriptions }: PatternNode): void {
    let note = SEE_NODE;
    if (subscriptions.length === 0) {
      if (firstSet !== undefined && firstSet.next === undefined) note = firstSet.number;
    } else if (subscriptions.length === 1 && firstSet === undefined) {
      note = (subscriptions[0]?.number ?? 0) + SUBSCRIPTIONS;
    }
    this.#index.setNote(indexed, note);
  }
}

/** The node itself says what hangs on it. */
const SEE_NODE = -1;
const SUBSCRIPTIONS = -(2 ** 31);

function addAll(node: PatternNode, sets: Found, subscriptions: Found): void {
  for (let set = node.firstSet; set !== undefined; set = set.next) sets.push(set.number);
  for (const subscription of node.subscriptions) subscriptions.push(subscription.number);
}
