import type { BusVerbs } from '../../../src/index.ts';

export interface SendingPart {
  /** Number of this incarnation of a sender. */
  readonly sender: number;
  readonly log: Int32Array;
  readonly orders: Int32Array;
  /** Messages under way at once. */
  readonly window: number;
}

export function sendAll(
  bus: BusVerbs,
  part: SendingPart,
  onSent: (n: number) => void,
  onError: (error: unknown, kind: string) => void,
): void;
