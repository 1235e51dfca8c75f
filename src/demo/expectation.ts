/** What every message of a run must have led to, worked out once before the logs are gone through. */
import type { Catalogue } from './catalogue.ts';
import type { Plan, PlannedMessage } from './plan.ts';
import type { Audience, Receiver } from './receivers.ts';

/** The parts that sender and checker share; all of them are functions of the deliveries alone. */
export interface Script {
  readonly plan: Plan;
  readonly catalogue: Catalogue;
  readonly audience: Audience;
  readonly receivers: readonly Receiver[];
}

/** The key of a message that is alone under its key: there is no order to keep. */
const ALONE = -1;

export class Expectation {
  readonly script: Script;
  readonly replays: number;
  readonly messageCount: number;
  /** Different keys that several messages share. */
  readonly keyCount: number;
  /** How many messages each receiver must get, by its number. */
  readonly countByReceiver: readonly number[];
  readonly #checksums: Uint32Array;
  readonly #keys: Int32Array;
  readonly #audiences: (readonly number[])[];

  constructor(script: Script, replays: number) {
    this.script = script;
    this.replays = replays;
    this.messageCount = script.plan.messageCount(replays);
    this.#checksums = new Uint32Array(this.messageCount);
    this.#keys = new Int32Array(this.messageCount).fill(ALONE);
    this.#audiences = new Array<readonly number[]>(this.messageCount);
    const keyIds = new Map<string, number>();
    const counts = script.receivers.map(() => 0);
    for (let number = 0; number < this.messageCount; number++) {
      const message = script.plan.at(number);
      this.#checksums[number] = script.catalogue.checksumOf(message);
      if (!message.isNewKey) this.#keys[number] = keyIdOf(keyIds, message.routingKey);
      const audience = script.audience.of(message);
      this.#audiences[number] = audience;
      for (const receiver of audience) counts[receiver] = (counts[receiver] ?? 0) + 1;
    }
    this.keyCount = keyIds.size;
    this.countByReceiver = counts;
  }

  checksumOf(messageNumber: number): number {
    return this.#checksums[messageNumber] as number;
  }

  /** From 0 to `keyCount` − 1, or below 0 for a key that only this message has. */
  keyOf(messageNumber: number): number {
    return this.#keys[messageNumber] as number;
  }

  audienceOf(messageNumber: number): readonly number[] {
    return this.#audiences[messageNumber] as readonly number[];
  }

  messageAt(messageNumber: number): PlannedMessage {
    return this.script.plan.at(messageNumber);
  }
}

function keyIdOf(keyIds: Map<string, number>, routingKey: string): number {
  const known = keyIds.get(routingKey);
  if (known !== undefined) return known;
  keyIds.set(routingKey, keyIds.size);
  return keyIds.size - 1;
}
