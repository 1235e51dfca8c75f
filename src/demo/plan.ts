/**
 * What is sent, as a function of a message's number: sender and checker compute it each for itself.
 * Of five messages four belong to the replay, delivery by delivery as request, event and audit
 * notification; the fifth is a request or an event under a key that was never seen before.
 */
import type { PayloadForm } from './checksum.ts';
import { AUDIT_KEY, NEW_KEY_PREFIX } from './tables.ts';

export type PlannedKind = 'request' | 'event' | 'notification';

export interface PlannedMessage {
  readonly number: number;
  readonly kind: PlannedKind;
  readonly routingKey: string;
  /** Index of the delivery that it carries, or that the notification is about. */
  readonly delivery: number;
  readonly form: PayloadForm;
  readonly isNewKey: boolean;
}

/** One message in this many carries a new key. */
const NEW_KEY_EVERY = 5;
const REPLAYED_OF_EVERY = NEW_KEY_EVERY - 1;
/** Of so many events one is sent as a JavaScript value instead of bytes. */
const VALUE_EVERY = 10;
const REPLAYED_KINDS = ['request', 'event', 'notification'] as const;

export class Plan {
  /** Messages of one replay, those under new keys not counted. */
  readonly replayedCount: number;
  readonly #keys: readonly string[];

  /** `keys` are the deliveries' routing keys in the order of the source, at least one. */
  constructor(keys: readonly string[]) {
    this.#keys = keys;
    this.replayedCount = keys.length * REPLAYED_KINDS.length;
  }

  /** How many messages so many whole replays are, with the new keys among them. */
  messageCount(replays: number): number {
    const replayed = replays * this.replayedCount;
    return replayed + Math.floor(replayed / REPLAYED_OF_EVERY);
  }

  /** `number` counts from 0. */
  at(number: number): PlannedMessage {
    const five = Math.floor(number / NEW_KEY_EVERY);
    const place = number % NEW_KEY_EVERY;
    if (place === REPLAYED_OF_EVERY) return this.#newKeyMessage(number, five);
    return this.#replayedMessage(number, five * REPLAYED_OF_EVERY + place);
  }

  #replayedMessage(number: number, index: number): PlannedMessage {
    const deliveryInRun = Math.floor(index / REPLAYED_KINDS.length);
    const delivery = deliveryInRun % this.#keys.length;
    const kind = REPLAYED_KINDS[index % REPLAYED_KINDS.length] as PlannedKind;
    const isAudit = kind === 'notification';
    return {
      number,
      kind,
      routingKey: isAudit ? AUDIT_KEY : (this.#keys[delivery] as string),
      delivery,
      form: isAudit ? 'text' : formOf(kind, deliveryInRun),
      isNewKey: false,
    };
  }

  /** Ten requests, then ten events, so that both end in every digit: the routes go by the last. */
  #newKeyMessage(number: number, index: number): PlannedMessage {
    const kind = Math.floor(index / 10) % 2 === 0 ? 'request' : 'event';
    return {
      number,
      kind,
      routingKey: NEW_KEY_PREFIX + index,
      delivery: index % this.#keys.length,
      form: formOf(kind, index),
      isNewKey: true,
    };
  }
}

function formOf(kind: PlannedKind, index: number): PayloadForm {
  return kind === 'event' && index % VALUE_EVERY === VALUE_EVERY - 1 ? 'value' : 'bytes';
}
