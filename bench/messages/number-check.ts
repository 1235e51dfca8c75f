/**
 * The receiver's end of a throughput row: it expects the numbers in order, without a gap, and keeps
 * the first thing that was wrong. It throws nothing: a throw would be a retry to some carriers and a
 * crash to others, and the row asks for the verdict anyway.
 */

import { isNumberedBytes } from './numbered-bytes.ts';

/** What a receiver has seen since it started. */
export interface NumberVerdict {
  readonly received: number;
  /** The first message that was not the one expected; absent when all were. */
  readonly problem?: string;
}

export class NumberCheck {
  #received = 0;
  #problem: string | undefined;

  /** Takes the payload as it came, whatever it is. */
  receive(payload: unknown): void {
    const expected = this.#received;
    this.#received = expected + 1;
    if (payload instanceof Uint8Array && isNumberedBytes(payload, expected)) return;
    this.#problem ??= `message ${expected} expected, got ${shown(payload)}`;
  }

  get received(): number {
    return this.#received;
  }

  get verdict(): NumberVerdict {
    const problem = this.#problem;
    return problem === undefined
      ? { received: this.#received }
      : { received: this.#received, problem };
  }
}

/** Throws unless exactly `sent` messages came and all were right. */
export function requireAll(verdict: NumberVerdict, sent: number, carrier: string): void {
  if (verdict.problem !== undefined) throw new Error(`${carrier}: ${verdict.problem}`);
  if (verdict.received !== sent) {
    throw new Error(`${carrier}: ${sent} messages sent, ${verdict.received} received`);
  }
}

function shown(payload: unknown): string {
  if (!(payload instanceof Uint8Array)) return `a payload of type ${typeof payload}`;
  const [a = 0, b = 0, c = 0, d = 0] = payload;
  const number = (a | (b << 8) | (c << 16) | (d << 24)) >>> 0;
  return `${payload.length} bytes that begin with number ${number}`;
}
