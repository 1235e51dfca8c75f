/** Kinds of messages as the slot header's KIND word stores them, and their public names. */

export const KIND = {
  event: 0,
  notification: 1,
  request: 2,
  response: 3,
  /** Made by the bus: tells a requester why its request failed. Shown to users as `'response'`. */
  failureReport: 4,
} as const;

/** What `message.kind` says. */
export type KindName = 'event' | 'notification' | 'request' | 'response';

/** Public name by kind. */
export const KIND_NAMES: readonly KindName[] = [
  'event',
  'notification',
  'request',
  'response',
  'response',
];
