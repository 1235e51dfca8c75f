/**
 * What one thread remembers of each message that it was given: private to it, in order of arrival.
 * The log is handed over page by page; what the receipts should say is the checker's business.
 */

/** Three words a receipt: message number, checksum, receiver. */
export const RECEIPT_WORDS = 3;
/** A page must fit into one message of the bus: 65 536 × 12 bytes are three quarters of it. */
export const RECEIPTS_PER_PAGE = 65_536;
/** 480 MB of one thread: beyond it receipts are counted and not kept, which the checker refuses. */
const RECEIPTS_MAX = 40_000_000;

export class ReceiptLog {
  readonly #pages: Uint32Array[] = [];
  readonly #receiptsMax: number;
  #count = 0;

  /** `receiptsMax` is for tests. */
  constructor(receiptsMax: number = RECEIPTS_MAX) {
    this.#receiptsMax = receiptsMax;
  }

  /** All receipts so far, those beyond the limit too. */
  get count(): number {
    return this.#count;
  }

  append(messageNumber: number, checksum: number, receiver: number): void {
    const index = this.#count++;
    if (index >= this.#receiptsMax) return;
    const place = index % RECEIPTS_PER_PAGE;
    if (place === 0) this.#pages.push(new Uint32Array(RECEIPTS_PER_PAGE * RECEIPT_WORDS));
    const page = this.#pages[this.#pages.length - 1] as Uint32Array;
    const word = place * RECEIPT_WORDS;
    page[word] = messageNumber;
    page[word + 1] = checksum;
    page[word + 2] = receiver;
  }

  /** The receipts of one page, as many as are in it; empty beyond the last. */
  page(index: number): Uint32Array {
    const page = this.#pages[index];
    const kept = Math.min(this.#count, this.#receiptsMax) - index * RECEIPTS_PER_PAGE;
    if (page === undefined) return new Uint32Array(0);
    return page.slice(0, Math.min(kept, RECEIPTS_PER_PAGE) * RECEIPT_WORDS);
  }
}
