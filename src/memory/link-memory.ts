/**
 * A link: everything shared between one client and one shard, in one buffer made by the main thread.
 *
 * ```
 * words (each group on lines of its own)      written by   read by
 * TAIL     submit tail, Atomics               client       shard
 * PTAIL    submit private tail, plain         client       main after 'exit'
 * DTAIL    deliver tail, Atomics              shard        client
 * CTAIL    complete tail, Atomics             shard        client
 * DPTAIL CPTAIL DONE   plain                  shard        its successor
 * ROUTED   DONE after what it caused was published, Atomics; kept for clients with subscriptions that drop
 *                                             shard        client
 * CLEARED  ROUTED less the events in care of subscriptions that block or refuse, Atomics; kept once there are any
 *                                             shard        client
 * START    DTAIL when this incarnation began   shard        client
 * submit[]  1 word each · marks[D] 2 words    client       shard
 * deliver[] 4 words · complete[] 2 words      shard        client
 * ledger[N] 2 words · cells[D] 8 words        shard        its successor
 * ```
 *
 * Capacities follow from counting, so nothing ever asks whether there is room: with N slots and at most W = D loans
 * out, submit holds 4 N + W entries, deliver 3 W, complete 2 N; rounded up to powers of two.
 */
import { COMPLETE_WORDS, DELIVER_WORDS } from './entries.ts';
import { CELL_WORDS, LEDGER_WORDS } from './ledger.ts';
import { LINE_WORDS, toLines, toPowerOfTwo, WORD_BYTES } from './line.ts';

export const TAIL = 0;
export const PTAIL: number = LINE_WORDS;
export const DTAIL: number = 2 * LINE_WORDS;
export const CTAIL: number = 3 * LINE_WORDS;
export const DPTAIL: number = 4 * LINE_WORDS;
export const CPTAIL: number = DPTAIL + 1;
export const DONE: number = DPTAIL + 2;
export const ROUTED: number = DPTAIL + 3;
export const START: number = DPTAIL + 4;
export const CLEARED: number = DPTAIL + 5;

/** By cell: the loan whose handler has started, + 1; and what its failure wants (MARK_AGAIN). Written by the client. */
export const MARK_WORDS = 2;
/**
 * Read by the shard with the ACK that says `failed`: ms before the next attempt, + 1; 0: as the target's policy says.
 * With the ACK that says `reject`: why, where that was not the handler's doing (`packReject`).
 * With an answer of an endpoint that is no success: what it says about the endpoint (`packVerdict`).
 */
export const MARK_AGAIN = 1;
/** What an attempt says about its endpoint: it failed, nothing, or it is well although there was an error. */
export const VERDICT = { bad: 0, none: 1, good: 2 } as const;

const REJECT_LOAN_SHIFT = 3;
const REJECT_REASON_MASK = 7;

/** Names the loan, so that what a former one in the cell left behind is not taken for it. Negative. */
export function packReject(loan: number, reason: number): number {
  return -1 - ((loan << REJECT_LOAN_SHIFT) | reason);
}

/** Undefined: that word says nothing of this loan's rejection. */
export function rejectReason(word: number, loan: number): number | undefined {
  const packed = -1 - word;
  const isAbout = packed >= 0 && packed >> REJECT_LOAN_SHIFT === loan;
  return isAbout ? packed & REJECT_REASON_MASK : undefined;
}

/** Below whatever `packReject` gives. */
const VERDICTS = -(2 ** 30);

export function packVerdict(verdict: number): number {
  return VERDICTS - verdict;
}

/** One of VERDICT: nothing said is a failure. */
export function verdictIn(word: number): number {
  return word > VERDICTS ? VERDICT.bad : VERDICTS - word;
}

const HEAD_WORDS = 5 * LINE_WORDS;

/** Crosses threads by structured clone. */
export interface LinkHandle {
  readonly client: number;
  readonly shard: number;
  readonly slots: number;
  readonly cells: number;
  readonly buffer: SharedArrayBuffer;
}

export interface LinkMemory extends LinkHandle {
  /** TAIL … START. */
  readonly words: Int32Array;
  readonly submit: Int32Array;
  readonly marks: Int32Array;
  readonly deliver: Int32Array;
  readonly complete: Int32Array;
  readonly ledger: Int32Array;
  readonly cellWords: Int32Array;
}

interface Region {
  readonly at: number;
  readonly words: number;
}

function regions(slots: number, cells: number): Record<string, Region> & { end: Region } {
  const sizes = {
    submit: toPowerOfTwo(4 * slots + cells),
    marks: cells * MARK_WORDS,
    deliver: toPowerOfTwo(3 * cells) * DELIVER_WORDS,
    complete: toPowerOfTwo(2 * slots) * COMPLETE_WORDS,
    ledger: slots * LEDGER_WORDS,
    cells: cells * CELL_WORDS,
  };
  let at = HEAD_WORDS;
  const out: Record<string, Region> = {};
  for (const [name, words] of Object.entries(sizes)) {
    out[name] = { at, words };
    at += toLines(words);
  }
  return { ...out, end: { at, words: 0 } };
}

/** All words 0 but the ring positions, which start at `startPosition` (Int32, wraps). */
export function createLink(
  client: number,
  shard: number,
  size: { readonly slots: number; readonly cells: number },
  startPosition = 0,
): LinkMemory {
  const { slots, cells } = size;
  const buffer = new SharedArrayBuffer(regions(slots, cells).end.at * WORD_BYTES);
  const link = openLink({ client, shard, slots, cells, buffer });
  for (const word of [TAIL, PTAIL, DTAIL, CTAIL, DPTAIL, CPTAIL, DONE, ROUTED, START, CLEARED]) {
    link.words[word] = startPosition;
  }
  return link;
}

/** TAIL … DONE of a link made elsewhere, without views on the rest. */
export function openLinkHead({ buffer }: LinkHandle): Int32Array {
  return new Int32Array(buffer, 0, HEAD_WORDS);
}

/** Views on a link made elsewhere. */
export function openLink(from: LinkHandle): LinkMemory {
  const layout = regions(from.slots, from.cells);
  const view = (name: string): Int32Array => {
    const { at, words } = layout[name] as Region;
    return new Int32Array(from.buffer, at * WORD_BYTES, words);
  };
  return {
    ...from,
    words: openLinkHead(from),
    submit: view('submit'),
    marks: view('marks'),
    deliver: view('deliver'),
    complete: view('complete'),
    ledger: view('ledger'),
    cellWords: view('cells'),
  };
}
