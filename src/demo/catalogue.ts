/**
 * The deliveries made ready to be sent many times: signed, parsed and summed up once, so that the
 * sender's own work stays small. Which of them is sent when is the plan's business.
 */
import type { PayloadForm } from './checksum.ts';
import { crc32, envelopeChecksum } from './checksum.ts';
import type { PlannedMessage } from './plan.ts';
import { sign } from './signature.ts';
import type { Delivery } from './webhooks/load.ts';

/** The demonstration's own; a real backend shares one with GitHub. */
export const WEBHOOK_SECRET = 'known to everybody who reads this';

export interface Signed {
  readonly payloads: Readonly<Record<PayloadForm, unknown>>;
  readonly checksums: Readonly<Record<PayloadForm, number>>;
  readonly signature: string;
  readonly bodyBytes: number;
}

export class Catalogue {
  readonly keys: readonly string[];
  readonly #entries: readonly Signed[];

  constructor(deliveries: readonly Delivery[]) {
    this.keys = deliveries.map(({ key }) => key);
    this.#entries = deliveries.map(prepare);
  }

  /** `delivery` is an index into `keys`. */
  at(delivery: number): Signed {
    const entry = this.#entries[delivery];
    if (entry === undefined) throw new RangeError(`There is no delivery ${delivery}`);
    return entry;
  }

  /** What the receiver of this message must have computed. */
  checksumOf({ kind, form, routingKey, delivery }: PlannedMessage): number {
    return envelopeChecksum(kind, form, routingKey, this.at(delivery).checksums[form]);
  }
}

function prepare({ key, body }: Delivery): Signed {
  const json = new TextDecoder().decode(body);
  const signature = sign(WEBHOOK_SECRET, body);
  const auditLine = `${key} ${body.byteLength} ${signature}`;
  return {
    payloads: { bytes: body, text: auditLine, value: JSON.parse(json) as unknown },
    checksums: { bytes: crc32(body), text: crc32(auditLine), value: crc32(json) },
    signature,
    bodyBytes: body.byteLength,
  };
}
