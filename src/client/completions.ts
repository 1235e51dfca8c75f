/**
 * Reading the complete rings: statuses settle what the sender waits for, releases bring slots and heap blocks back.
 * Settling only resolves promises; no user code runs here.
 */
import {
  COMPLETION,
  completeStatus,
  completionOf,
  low16,
  packReturn,
  refClient,
  refSlot,
  STATUS,
} from '../memory/entries.ts';
import type { Heap } from '../memory/heap.ts';
import { NO_BLOCK } from '../memory/heap.ts';
import { reportsOf } from '../memory/outcome-word.ts';
import { get } from '../memory/seam.ts';
import { KIND, KIND_MASK, PAY_OFF, SLOT_WORDS } from '../memory/slot-header.ts';
import { KIND as MESSAGE_KIND } from '../message/kinds.ts';
import type { ClientLink } from './client-link.ts';
import type { ReceivedError } from './received-error.ts';
import { SLOT, type SlotTable } from './slot-table.ts';

/** What became of a message that nobody waits for. */
export interface Unclaimed {
  readonly slot: number;
  readonly status: number;
  /** Its outcome word. */
  readonly detail: number;
  /** Its failures that were reported. */
  readonly failed: readonly ReceivedError[];
}

export interface CompletionHooks {
  /** A status for which nobody waits is not `ok`: `tryNotify` and `tryPublish` without a route, failed handlers. */
  readonly onUnclaimed: (outcome: Unclaimed) => void;
  /** Counts a status of a submission of this client; a reply can still be read. */
  readonly onStatus: (status: number, detail: number) => void;
}

export class Completions {
  readonly #slots: SlotTable;
  readonly #heap: Heap;
  readonly #hooks: CompletionHooks;
  /** By slot: failure reports that its status says are on their way. */
  readonly #expected: Uint8Array;
  /** Statuses that wait for their reports. */
  readonly #outcomes = new Map<number, { status: number; detail: number }>();

  /** By slot: what was reported of messages that nobody waits for, until they settle. */
  readonly #failures = new Map<number, ReceivedError[]>();

  #leftBehind = 0;
  #isPolling = false;

  constructor(slots: SlotTable, heap: Heap, hooks: CompletionHooks) {
    this.#slots = slots;
    this.#heap = heap;
    this.#hooks = hooks;
    this.#expected = new Uint8Array(slots.count);
  }

  /** Messages that are settled while a handler still works on them: timed out, aborted. */
  get leftBehind(): number {
    return this.#leftBehind;
  }

  /** Reads everything that is there, at most one ring's worth; returns the number of entries. */
  poll(link: ClientLink): number {
    // A listener that is told of an outcome may send, find no room, and come here.
    if (this.#isPolling) return 0;
    const { complete } = link;
    const unread = complete.refresh();
    this.#isPolling = true;
    try {
      for (let left = unread; left > 0; left--) {
        const head = complete.peek(0);
        const detail = complete.peek(1);
        complete.advance();
        this.#read(link, head, detail);
      }
    } finally {
      this.#isPolling = false;
    }
    return unread;
  }

  /** A failure report for the message in `slot`; the message settles when all of its reports are there. */
  report(slot: number, error: ReceivedError): void {
    const { pending, reports } = this.#slots;
    const waiting = pending[slot];
    if (waiting !== undefined) waiting.report?.(error);
    else if (!this.#isSettled(slot)) this.#keepFailure(slot, error);
    reports[slot] = (reports[slot] as number) + 1;
    if (this.#slots.state[slot] !== SLOT.reporting || this.#awaitsReports(slot)) return;
    const outcome = this.#outcomes.get(slot);
    this.#outcomes.delete(slot);
    if (outcome) this.#settle(slot, outcome.status, outcome.detail);
    this.#free(slot);
  }

  #isSettled(slot: number): boolean {
    const state = this.#slots.state[slot];
    return state !== SLOT.busy && !(state === SLOT.reporting && this.#outcomes.has(slot));
  }

  #keepFailure(slot: number, error: ReceivedError): void {
    const failures = this.#failures.get(slot);
    if (failures === undefined) this.#failures.set(slot, [error]);
    else failures.push(error);
  }

  #read(link: ClientLink, head: number, detail: number): void {
    const slot = low16(head);
    const status = completeStatus(head);
    const completion = completionOf(head);
    if (completion === COMPLETION.release) {
      this.#release(slot);
      return;
    }
    if (status !== STATUS.reply) this.#expected[slot] = reportsOf(detail);
    if (completion !== COMPLETION.final) {
      this.#finish(link, slot, status, detail);
      const isEarly = completion === COMPLETION.count;
      this.#slots.state[slot] = isEarly ? SLOT.settled : SLOT.leftBehind;
      if (!isEarly) this.#leftBehind += 1;
    } else if (status === STATUS.failed && this.#awaitsReports(slot)) {
      this.#outcomes.set(slot, { status, detail });
      this.#release(slot);
    } else {
      this.#finish(link, slot, status, detail);
      this.#release(slot);
    }
  }

  #finish(link: ClientLink, slot: number, status: number, detail: number): void {
    this.#settle(slot, status, detail);
    // The reply was read above: its owner may have it back, before this slot is used again.
    if (status === STATUS.reply) {
      link.submit.push(packReturn(refClient(detail), refSlot(detail)));
    }
  }

  #settle(slot: number, status: number, detail: number): void {
    const pending = this.#slots.pending[slot];
    this.#slots.pending[slot] = undefined;
    if (this.#isReply(slot)) {
      pending?.settle(status, detail);
      return;
    }
    const batch = this.#slots.batches[slot];
    this.#slots.batches[slot] = undefined;
    batch?.settleOne();
    this.#hooks.onStatus(status, detail);
    const failed = this.#failures.get(slot) ?? [];
    if (failed.length > 0) this.#failures.delete(slot);
    if (pending !== undefined) pending.settle(status, detail);
    else if (status !== STATUS.ok && status !== STATUS.reply) {
      this.#hooks.onUnclaimed({ slot, status, detail, failed });
    }
  }

  /** Responses and reports are submissions too; their statuses concern nobody but who answers for another thread. */
  #isReply(slot: number): boolean {
    return (
      (get(this.#slots.headers, slot * SLOT_WORDS + KIND) & KIND_MASK) >= MESSAGE_KIND.response
    );
  }

  #awaitsReports(slot: number): boolean {
    return (this.#slots.reports[slot] as number) < (this.#expected[slot] as number);
  }

  /** A report names its message by the slot, so the slot is not used again before the last one was read. */
  #release(slot: number): void {
    if (this.#slots.state[slot] === SLOT.leftBehind) this.#leftBehind -= 1;
    if (this.#awaitsReports(slot)) this.#slots.state[slot] = SLOT.reporting;
    else this.#free(slot);
  }

  #free(slot: number): void {
    this.#expected[slot] = 0;
    const key = this.#slots.keys[slot];
    if (key !== undefined) key.inFlight -= 1;
    const block = get(this.#slots.headers, slot * SLOT_WORDS + PAY_OFF);
    if (block !== NO_BLOCK) this.#heap.free(block);
    this.#slots.put(slot);
  }
}
