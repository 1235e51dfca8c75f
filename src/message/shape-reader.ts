/**
 * The receiver's side of another client's shape table: parses entries when a message first names
 * them, and keeps for each shape a function that reads an object of it.
 */
import { LIMITS } from '../limits.ts';
import { get } from '../memory/seam.ts';
import { BusError } from './errors.ts';
import { KEY_LENGTH_BYTES, SHAPE_COUNT_WORD, type ShapeTable } from './shape-table.ts';
import { readText } from './utf8.ts';

const USES_BEFORE_COMPILED = 64;

/** What a shape's function reads values from. */
export interface ValueSource {
  value(): unknown;
}

export type ReadShape = (source: ValueSource) => Record<string, unknown>;

export class ShapeReader {
  readonly #words: Int32Array;
  readonly #bytes: Buffer;
  readonly #readers: ReadShape[] = [];
  #parsed = 0;

  constructor(table: ShapeTable) {
    this.#words = table.words;
    this.#bytes = table.bytes;
  }

  /** The function of shape `id`. */
  reader(id: number): ReadShape {
    const known = this.#readers[id];
    return known === undefined ? this.#parseUpTo(id) : known;
  }

  #parseUpTo(id: number): ReadShape {
    const count = get(this.#words, SHAPE_COUNT_WORD);
    if (id >= count || id >= LIMITS.shapes) {
      throw new BusError('ERR_BUS_INTERNAL', `Shape ${id} is not among the ${count} published.`);
    }
    while (this.#readers.length <= id) this.#readers.push(this.#interpreted(this.#nextKeys()));
    return this.#readers[id] as ReadShape;
  }

  /** Most shapes are met a few times only; compiling one costs as much as a hundred readings. */
  #interpreted(keys: readonly string[]): ReadShape {
    const id = this.#readers.length;
    let uses = 0;
    return (source) => {
      if (++uses === USES_BEFORE_COMPILED) this.#readers[id] = compiled(keys);
      return readByKeys(keys, source);
    };
  }

  #nextKeys(): string[] {
    const bytes = this.#bytes;
    let position = this.#parsed;
    const fields = bytes[position++] as number;
    const keys: string[] = [];
    for (let i = 0; i < fields; i++) {
      const length = bytes.readUInt16LE(position);
      position += KEY_LENGTH_BYTES;
      keys.push(readText(bytes, position, length));
      position += length;
    }
    this.#parsed = position;
    return keys;
  }
}

/**
 * An object literal with all keys gets its hidden class at once. Where code generation is forbidden
 * (`--disallow-code-generation-from-strings`), the keys are set one by one for good.
 */
function compiled(keys: readonly string[]): ReadShape {
  // Computed, because `"__proto__": x` in a literal would set the prototype.
  const fields = keys.map(
    (key) => `${key === '__proto__' ? '["__proto__"]' : JSON.stringify(key)}:s.value()`,
  );
  try {
    // eslint-disable-next-line @typescript-eslint/no-implied-eval -- keys are quoted, nothing else comes in
    return new Function('s', `return {${fields.join(',')}}`) as ReadShape;
  } catch {
    return (source) => readByKeys(keys, source);
  }
}

function readByKeys(keys: readonly string[], source: ValueSource): Record<string, unknown> {
  const target: Record<string, unknown> = {};
  for (const key of keys) setOwn(target, key, source.value());
  return target;
}

/** Assigning to `__proto__` would set the prototype. */
export function setOwn(target: Record<string, unknown>, key: string, value: unknown): void {
  if (key !== '__proto__') target[key] = value;
  else {
    const all = { value, writable: true, enumerable: true, configurable: true };
    Object.defineProperty(target, key, all);
  }
}
