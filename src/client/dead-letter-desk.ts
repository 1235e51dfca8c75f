/** Where main's client keeps, lists and sends again what could not be delivered. */
import { REFUSAL } from '../memory/entries.ts';
import type { DeadLetter, DeadLetterKeeper } from '../message/dead-letter.ts';
import { KIND } from '../message/kinds.ts';
import { NO_SEND_OPTIONS } from '../options.ts';
import type { ClientCore } from './client-core.ts';
import { DeadLetterReceiver } from './dead-letter-receiver.ts';
import { type DeadLetterBounds, DeadLetters } from './dead-letters.ts';
import { refusalError } from './outcome-errors.ts';
import type { Pending } from './pending.ts';
import type { Sender } from './sender.ts';

/** What main knows of endpoints and subscriptions. */
export interface DeadLetterHome {
  /** The shards' number for the dead letters. */
  readonly target: number;
  readonly bounds: DeadLetterBounds;
  readonly nameOf: (target: number) => string;
  /** Of an endpoint or subscription that is there now. */
  readonly targetOf: (name: string) => number | undefined;
}

interface Replay {
  readonly letter: DeadLetter;
  readonly bytes: number;
  isBack: boolean;
}

export class DeadLetterDesk {
  readonly #core: ClientCore;
  readonly #sender: Sender;
  readonly #home: DeadLetterHome;
  readonly #letters: DeadLetters;
  readonly #receiver: DeadLetterReceiver;
  /** Under way; at most as many as this client has slots. */
  readonly #replays = new Map<Pending, Replay>();

  constructor(
    core: ClientCore,
    sender: Sender,
    home: DeadLetterHome,
    onLetter: (letter: DeadLetter) => void,
  ) {
    this.#core = core;
    this.#sender = sender;
    this.#home = home;
    this.#letters = new DeadLetters(
      home.bounds,
      (letter) => this.#resend(letter),
      () => this.#receiver.serve(),
    );
    const { answers, reader } = core.receiverParts;
    this.#receiver = new DeadLetterReceiver({
      answers,
      reader,
      letters: this.#letters,
      nameOf: home.nameOf,
      deathOf: (target) => refusalError(REFUSAL.died, core.peers.endpoint(target)),
      replayOf: (slot) => this.#replayOf(slot),
      now: () => Math.round(reader.epochMs + core.receiverParts.environment.now()),
      onLetter: (letter) => {
        core.counters.counts.deadLettered += 1;
        onLetter(letter);
      },
    });
    core.install(home.target, this.#receiver);
  }

  get keeper(): DeadLetterKeeper {
    return this.#letters;
  }

  /** Letters that wait for room. */
  get waiting(): number {
    return this.#receiver.held;
  }

  close(): void {
    this.#receiver.close();
  }

  #replayOf(slot: number): DeadLetter | undefined {
    const pending = this.#core.slots.pending[slot];
    const replay = pending === undefined ? undefined : this.#replays.get(pending);
    if (replay === undefined) return undefined;
    replay.isBack = true;
    return replay.letter;
  }

  #resend(letter: DeadLetter): boolean {
    const to = this.#home.targetOf(letter.endpoint);
    if (to === undefined) return false;
    const { headers, messageId, payload, routingKey } = letter;
    const id = messageId === '' ? undefined : messageId;
    const options = { ...NO_SEND_OPTIONS, headers, id, to };
    const kind = letter.kind === 'event' ? KIND.event : KIND.notification;
    const send = this.#sender.send(kind, routingKey, payload, options);
    const replay = { letter, bytes: this.#letters.bytesOf(letter.id), isBack: false };
    this.#replays.set(send, replay);
    void send.promise.then(() => {
      this.#replays.delete(send);
      if (send.failed && !replay.isBack) this.#letters.putBack(letter, replay.bytes);
    });
    return true;
  }
}
