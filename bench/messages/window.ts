/** What the two ends of the postMessage rows agree on. */

/** Messages under way at most. */
export const WINDOW = 4_000;

/** The receiver acknowledges so many messages with one count. */
export const COUNT_EVERY: number = WINDOW / 4;

/** What the sender sends to hear the verdict; everything else is a message. */
export const REPORT = 'report';
