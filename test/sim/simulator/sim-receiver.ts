/** A receiver that writes down what it gets, and answers when the run says so, in any order. */
import type { Loan } from '../../../src/client/loan.ts';
import { readMessage } from '../../../src/client/read-message.ts';
import type { Receiver } from '../../../src/client/receiver.ts';
import { ACK_STATUS } from '../../../src/memory/entries.ts';
import { KIND } from '../../../src/message/kinds.ts';
import type { WorldClient } from '../../unit/client/core-world.ts';
import type { Journal } from './journal.ts';
import type { Random } from './random.ts';

/** What the run plays with at the other end of a delivery. */
export interface SimTarget {
  readonly client: WorldClient;
  readonly name: string;
  /** Deliveries that it has and has not answered. */
  readonly held: number;
  /** Says that the handler of one delivery has started. */
  start(random: Random): void;
  /** Ends one delivery; `isKind`: well. */
  answer(random: Random, isKind: boolean): void;
}

/** Moments at which a thread may die besides its writes, and at which a dead one is found out. */
export interface Moments {
  ofReceipt(): void;
  ofHandler(): void;
}

interface Held {
  readonly loan: Loan;
  readonly n: number;
  isMarked: boolean;
}

export class SimReceiver implements Receiver, SimTarget {
  readonly client: WorldClient;
  readonly name: string;
  readonly #journal: Journal;
  readonly #moments: Moments;
  readonly #loans: Held[] = [];

  constructor(
    name: string,
    client: WorldClient,
    { journal, moments }: { readonly journal: Journal; readonly moments: Moments },
  ) {
    this.name = name;
    this.client = client;
    this.#journal = journal;
    this.#moments = moments;
  }

  get held(): number {
    return this.#loans.length;
  }

  take(loan: Loan): void {
    this.#moments.ofReceipt();
    loan.link.loans[loan.cell] = loan;
    const { payload, routingKey } = readMessage(loan, this.client.core.reader, false);
    const n = payload as number;
    this.#loans.push({ loan, n, isMarked: false });
    const { attempt, redelivered } = loan;
    this.#journal.noteDelivery({ receiver: this.name, n, key: routingKey, attempt, redelivered });
  }

  start(random: Random): void {
    const held = this.#loans[random.below(this.#loans.length)];
    if (held === undefined || held.isMarked) return;
    held.isMarked = true;
    held.loan.link.mark(held.loan.cell, held.loan.number);
  }

  answer(random: Random, isKind: boolean): void {
    const at = random.below(this.#loans.length);
    const [held] = this.#loans.splice(at, 1);
    if (held === undefined) return;
    const { loan, n } = held;
    const { answers } = this.client.core.receiverParts;
    const isRequest = loan.kind === KIND.request;
    if (isKind || random.below(4) > 0) {
      this.#journal.noteAnswer(this.name, n, true);
      if (isRequest) answers.reply(loan, n);
      else answers.acknowledge(loan, ACK_STATUS.ok);
      return;
    }
    this.#journal.noteAnswer(this.name, n, false);
    if (random.oneIn(2)) answers.fail(loan, random.oneIn(3) ? random.below(30) : undefined);
    else if (isRequest) answers.replyError(loan, new Error(String(n)), false);
    else if (loan.kind === KIND.notification && random.below(2) === 0) {
      answers.report(loan, this.name, new Error(String(n)));
    } else answers.acknowledge(loan, ACK_STATUS.reject);
  }
}
