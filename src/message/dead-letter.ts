/** What is kept of a message that could not be delivered, and how its keeper is asked for it. */

export type DeadReason = 'rejected' | 'expired' | 'overflow' | 'attempts' | 'died';

export interface DeadLetter {
  /** Of the letter: unique in the bus, and the same when a replayed message comes back. */
  readonly id: string;
  readonly reason: DeadReason;
  /** Id of the endpoint or subscription that it was for. */
  readonly endpoint: string;
  /** Of the message. */
  readonly messageId: string;
  readonly kind: 'request' | 'notification' | 'event';
  /** Runs of its handler, since it was sent or replayed. */
  readonly attempts: number;
  /** Deaths of the thread that handled it, among these. */
  readonly deaths: number;
  /** What the last run threw, where that is known. */
  readonly error?: unknown;
  readonly routingKey: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly payload: unknown;
  /** Epoch ms at which it was sent first. */
  readonly firstAt: number;
  /** Epoch ms at which it was given up, the last time. */
  readonly deadAt: number;
  /** How often it was given up: 1, and one more for each replay that failed. */
  readonly count: number;
}

export interface DeadLetterPage {
  /** Oldest first. */
  readonly items: readonly DeadLetter[];
  /** For the next page; undefined: there is no more. */
  readonly cursor: string | undefined;
}

export interface DeadLetterQuery {
  /** 1 to 1 000. Default 100. */
  readonly limit?: number | undefined;
  /** Of the page before. */
  readonly cursor?: string | undefined;
}

/** Letters that match all that is given; nothing given: all. */
export interface DeadLetterFilter {
  readonly id?: string | undefined;
  readonly endpoint?: string | undefined;
  readonly reason?: DeadReason | undefined;
  /** Epoch ms: given up before. */
  readonly before?: number | undefined;
}

/** The keeper: on the main thread. */
export interface DeadLetterKeeper {
  list(query: { readonly limit: number; readonly cursor: string | undefined }): DeadLetterPage;
  /** Sends it again to the one that it was for. How many: 1, or 0 when there is no such letter. */
  replay(id: string): number;
  /** How many are gone. */
  purge(filter: DeadLetterFilter): number;
}
