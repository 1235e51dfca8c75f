/**
 * What really happened, in words of its own beside the shared ones: the clients of an exploration write down what they
 * do and see, and it throws where a promise is broken. Written through the seam, so that it is part of the state.
 */

import { STATUS } from '../../src/memory/entries.ts';
import { get, put } from '../../src/memory/seam.ts';
import { Violation } from '../helpers/interleave/actor.ts';

const CLIENTS_MAX = 3;
const SLOTS_MAX = 4;
const MESSAGES_MAX = 4;
const TARGETS_MAX = 8;
const KEYS_MAX = 2;

/** Words of a message: sent, statuses, last status, releases, early counts; then three for every target. */
const SENT = 0;
const STATUSES = 1;
const LAST = 2;
const RELEASES = 3;
const SEQ = 4;
const TAKEN = 5;
const ACKED = TAKEN + TARGETS_MAX;
const FAILED = ACKED + TARGETS_MAX;
const MESSAGE_WORDS = FAILED + TARGETS_MAX;

const MESSAGES_AT = 0;
const READING_AT = MESSAGES_AT + CLIENTS_MAX * MESSAGES_MAX * MESSAGE_WORDS;
const CONTENT_AT = READING_AT + CLIENTS_MAX * CLIENTS_MAX * SLOTS_MAX;
const READERS_AT = CONTENT_AT + CLIENTS_MAX * SLOTS_MAX;
const LATEST_AT = READERS_AT + CLIENTS_MAX * 2;
const ORACLE_WORDS = LATEST_AT + TARGETS_MAX * CLIENTS_MAX * KEYS_MAX;

/** A message of the script, by client and place in its list. */
export interface MessageName {
  readonly client: number;
  readonly index: number;
}

/** A receiver's look at a delivery. */
export interface Look {
  readonly reader: number;
  readonly sender: number;
  readonly slot: number;
  readonly target: number;
}

export class Oracle {
  readonly words: Int32Array = new Int32Array(ORACLE_WORDS);

  /** The slot is about to be filled with this message. */
  noteSent(message: MessageName, slot: number, seq: number): void {
    this.#mustNotBeRead(message.client, slot, 'written again');
    this.#count(message, SENT);
    put(this.words, this.#at(message) + SEQ, seq);
    put(this.words, contentAt(message.client, slot), nameOf(message) + 1);
  }

  /** The slot is about to be filled with a reply to this message. */
  noteReply(client: number, slot: number, request: MessageName): void {
    this.#mustNotBeRead(client, slot, 'written again');
    put(this.words, contentAt(client, slot), -nameOf(request) - 1);
  }

  /** A delivery was read: from here on the receiver looks at the slot. Returns the message in it. */
  noteTaken(look: Look, redelivered: boolean): MessageName {
    const { sender, slot, target } = look;
    put(this.words, readingAt(look), get(this.words, readingAt(look)) + 1);
    const content = get(this.words, contentAt(sender, slot));
    if (content <= 0)
      throw new Violation(`client ${sender} slot ${slot}: delivered, holds ${content}`);
    const message = messageOf(content - 1);
    const at = this.#at(message);
    if (get(this.words, at + RELEASES) > 0) throw new Violation(`${textOf(message)} was released`);
    const taken = get(this.words, at + TAKEN + target);
    if (taken > 0 && !redelivered) throw new Violation(`${textOf(message)} delivered twice`);
    put(this.words, at + TAKEN + target, taken + 1);
    return message;
  }

  noteOrder(message: MessageName, target: number, key: number): void {
    const at = LATEST_AT + (target * CLIENTS_MAX + message.client) * KEYS_MAX + key;
    if (get(this.words, at) > message.index + 1)
      throw new Violation(`${textOf(message)} overtaken`);
    put(this.words, at, message.index + 1);
  }

  seqOf(message: MessageName): number {
    return get(this.words, this.#at(message) + SEQ);
  }

  /** The receiver is about to say how it went; it does not look at the slot again. */
  noteAnswered(message: MessageName, look: Look, good: boolean): void {
    const at = readingAt(look);
    put(this.words, at, get(this.words, at) - 1);
    this.#count(message, (good ? ACKED : FAILED) + look.target);
  }

  /** A dead thread looks at nothing any more. */
  noteDeath(reader: number): void {
    for (let sender = 0; sender < CLIENTS_MAX; sender++) {
      for (let slot = 0; slot < SLOTS_MAX; slot++) {
        put(this.words, readingAt({ reader, sender, slot }), 0);
      }
    }
  }

  noteStatus(
    message: MessageName,
    status: number,
    targets: readonly number[],
    early: boolean,
  ): void {
    if (this.#count(message, STATUSES) > 1) throw new Violation(`${textOf(message)}: two statuses`);
    put(this.words, this.#at(message) + LAST, status);
    if (early) return;
    const acked = this.#sum(message, ACKED, targets);
    const failed = this.#sum(message, FAILED, targets);
    const wrong =
      (status === STATUS.ok && acked !== targets.length) ||
      (status === STATUS.failed && (failed === 0 || acked + failed !== targets.length)) ||
      (status === STATUS.reply && acked === 0);
    if (!wrong) return;
    const counts = `${acked} of ${targets.length} acknowledged, ${failed} failed`;
    throw new Violation(`${textOf(message)}: status ${status}, but ${counts}`);
  }

  /** A slot came back: the owner may fill it again. */
  noteReleased(client: number, slot: number): void {
    this.#mustNotBeRead(client, slot, 'released');
    const content = get(this.words, contentAt(client, slot));
    if (content < 0) return;
    const message = messageOf(content - 1);
    if (this.#count(message, RELEASES) > 1) throw new Violation(`${textOf(message)}: two releases`);
    if (get(this.words, this.#at(message) + STATUSES) === 0) {
      throw new Violation(`${textOf(message)} released before its status`);
    }
  }

  /** The requester reads the reply in `slot` of `owner`. */
  checkReply(request: MessageName, owner: number, slot: number): void {
    const content = get(this.words, contentAt(owner, slot));
    if (content === -nameOf(request) - 1) return;
    throw new Violation(`${textOf(request)}: the slot of its reply holds ${content}`);
  }

  /** How far client `client` has read: ring 0 deliver, 1 complete. */
  noteRead(client: number, ring: 0 | 1, entries: number): void {
    const at = READERS_AT + client * 2 + ring;
    put(this.words, at, (get(this.words, at) + entries) | 0);
  }

  readPosition(client: number, ring: 0 | 1): number {
    return this.words[READERS_AT + client * 2 + ring] as number;
  }

  /** An event is `full` where a subscription refused it, and `ok` where all took it; `targets` drop nothing. */
  checkRefusal(message: MessageName, targets: readonly number[]): void {
    const status = this.words[this.#at(message) + LAST];
    const acked = this.#sum(message, ACKED, targets);
    if (status === (acked < targets.length ? STATUS.full : STATUS.ok)) return;
    throw new Violation(
      `${textOf(message)}: status ${status}, but ${acked} of ${targets.length} took it`,
    );
  }

  /** Every message that was sent has one status and one release. */
  checkEnd(message: MessageName): void {
    const at = this.#at(message);
    const counts = [SENT, STATUSES, RELEASES].map((word) => this.words[at + word]);
    if (counts.some((count) => count !== 1)) {
      throw new Violation(
        `${textOf(message)} ends with sent, statuses, releases = ${counts.join()}`,
      );
    }
  }

  #mustNotBeRead(client: number, slot: number, what: string): void {
    let readers = 0;
    for (let reader = 0; reader < CLIENTS_MAX; reader++) {
      readers += get(this.words, readingAt({ reader, sender: client, slot }));
    }
    if (readers === 0) return;
    throw new Violation(`client ${client} slot ${slot} is ${what} while it is being read`);
  }

  #at(message: MessageName): number {
    return MESSAGES_AT + nameOf(message) * MESSAGE_WORDS;
  }

  #count(message: MessageName, word: number): number {
    const at = this.#at(message) + word;
    const count = get(this.words, at) + 1;
    put(this.words, at, count);
    return count;
  }

  #sum(message: MessageName, word: number, targets: readonly number[]): number {
    const at = this.#at(message) + word;
    return targets.reduce((sum, target) => sum + get(this.words, at + target), 0);
  }
}

function nameOf({ client, index }: MessageName): number {
  return client * MESSAGES_MAX + index;
}

function messageOf(name: number): MessageName {
  return { client: Math.floor(name / MESSAGES_MAX), index: name % MESSAGES_MAX };
}

function textOf({ client, index }: MessageName): string {
  return `message ${index} of client ${client}`;
}

function readingAt({ reader, sender, slot }: Omit<Look, 'target'>): number {
  return READING_AT + (reader * CLIENTS_MAX + sender) * SLOTS_MAX + slot;
}

function contentAt(client: number, slot: number): number {
  return CONTENT_AT + client * SLOTS_MAX + slot;
}
