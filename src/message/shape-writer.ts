/**
 * The sender's side of the shape table. Shapes are found by walking a tree of keys while an object
 * is encoded: the node reached after its last key is the object's shape. A shape is published when
 * it is seen a second time, so that dictionaries with ever new keys do not fill the table. When
 * table or tree are full, objects of further shapes travel with their keys.
 */
import { LIMITS } from '../limits.ts';
import { get, put } from '../memory/seam.ts';
import {
  FIELD_COUNT_BYTES,
  KEY_LENGTH_BYTES,
  SHAPE_COUNT_WORD,
  type ShapeTable,
} from './shape-table.ts';
import { isWellFormed } from './text.ts';
import { writeText } from './utf8.ts';

/** Nodes of the key tree: room for all shapes and as many again that are seen once. */
const NODES_MAX = 8 * LIMITS.shapes;

export class ShapeNode {
  readonly key: string;
  readonly parent: ShapeNode | null;
  /** Number of keys from the root. */
  readonly fields: number;
  /** Shape id, or -1 while it is not published. */
  id = -1;
  /** Seen before, and still not published. */
  seen = false;
  /** The child that was stepped to last; most nodes have one child. */
  last: ShapeNode | null = null;
  children: Map<string, ShapeNode> | null = null;

  constructor(key: string, parent: ShapeNode | null) {
    this.key = key;
    this.parent = parent;
    this.fields = parent === null ? 0 : parent.fields + 1;
  }
}

export class ShapeWriter {
  readonly root: ShapeNode = new ShapeNode('', null);
  readonly #words: Int32Array;
  readonly #bytes: Buffer;
  #used = 0;
  #nodes = 1;

  /** `table` must be empty and have no other writer. */
  constructor(table: ShapeTable) {
    this.#words = table.words;
    this.#bytes = table.bytes;
  }

  /** Shapes published so far. */
  get count(): number {
    return get(this.#words, SHAPE_COUNT_WORD);
  }

  /** The node after `key`; `null` when the tree ends here for good. */
  step(node: ShapeNode, key: string): ShapeNode | null {
    const child = node.children?.get(key);
    if (child !== undefined) {
      node.last = child;
      return child;
    }
    return this.#grow(node, key);
  }

  /** The id of the node's shape, publishing it if it is due; -1: send the keys. */
  idOf(node: ShapeNode): number {
    if (node.id >= 0) return node.id;
    if (!node.seen) {
      node.seen = true;
      return -1;
    }
    return this.#publish(node);
  }

  #grow(node: ShapeNode, key: string): ShapeNode | null {
    if (this.#nodes >= NODES_MAX || node.fields >= LIMITS.shapeFields || !isWellFormed(key)) {
      return null;
    }
    const child = new ShapeNode(key, node);
    node.children ??= new Map();
    node.children.set(key, child);
    node.last = child;
    this.#nodes++;
    return child;
  }

  #publish(node: ShapeNode): number {
    const id = this.count;
    const keys = keysOf(node);
    let bytes = FIELD_COUNT_BYTES;
    for (const key of keys) bytes += KEY_LENGTH_BYTES + Buffer.byteLength(key);
    if (id >= LIMITS.shapes || this.#used + bytes > this.#bytes.length) return -1;
    let position = this.#used;
    this.#bytes[position++] = keys.length;
    for (const key of keys) {
      const written = writeText(this.#bytes, position + KEY_LENGTH_BYTES, key);
      this.#bytes.writeUInt16LE(written, position);
      position += KEY_LENGTH_BYTES + written;
    }
    this.#used = position;
    put(this.#words, SHAPE_COUNT_WORD, id + 1);
    node.id = id;
    return id;
  }
}

/** The keys from the root to `node`, in order. */
export function keysOf(node: ShapeNode): readonly string[] {
  const keys = new Array<string>(node.fields);
  let current: ShapeNode = node;
  for (let i = node.fields - 1; i >= 0; i--) {
    keys[i] = current.key;
    current = current.parent as ShapeNode;
  }
  return keys;
}
