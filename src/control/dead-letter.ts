/** What is kept of a message that could not be delivered. Nothing makes one yet. */

export interface DeadLetter {
  readonly id: string;
  readonly reason: 'rejected' | 'expired' | 'overflow' | 'attempts' | 'died';
  /** Id of the endpoint or subscription that it was for. */
  readonly endpoint: string;
  /** Runs of its handler. */
  readonly attempts: number;
  /** Deaths of the thread that handled it. */
  readonly deaths: number;
  /** What the last run threw. */
  readonly error?: unknown;
  readonly routingKey: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly payload: unknown;
  /** Epoch ms at which it was sent. */
  readonly firstAt: number;
  /** Epoch ms at which it was given up. */
  readonly deadAt: number;
  /** How many messages this one stands for. */
  readonly count: number;
}
