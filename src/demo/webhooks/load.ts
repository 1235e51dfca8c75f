/**
 * Real traffic for demonstrations, benches and tests: 329 GitHub webhook deliveries in their source's
 * order. The file beside this one holds one delivery a line, `{"event":"issues","payload":{…}}`,
 * compressed; `NOTICE` says where it comes from. Nothing is cached here: callers keep what they load.
 */

import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';

/** One webhook delivery, as a backend that receives it sees it. */
export interface Delivery {
  /** The routing key: `event.action`, or `event` alone where the payload has no action. */
  readonly key: string;
  /** GitHub's name of the event, what the header `X-GitHub-Event` says. */
  readonly event: string;
  /** The request's body: the payload as JSON in UTF-8, 915 to 26 935 bytes. */
  readonly body: Uint8Array;
}

/** One line of the data file before it is turned into bytes. */
export interface DeliveryRecord {
  readonly event: string;
  readonly payload: { readonly action?: string };
}

const archiveUrl = new URL('./deliveries.ndjson.gz', import.meta.url);

/** The routing key under which a delivery is sent. */
export function deliveryKey({ event, payload }: DeliveryRecord): string {
  return payload.action === undefined ? event : `${event}.${payload.action}`;
}

/** All deliveries in file order. Reads and unpacks 3 MB; throws when the data file is missing. */
export function loadDeliveries(): Delivery[] {
  const text = gunzipSync(readFileSync(archiveUrl)).toString('utf8');
  return text.trimEnd().split('\n').map(parseDelivery);
}

function parseDelivery(line: string): Delivery {
  const record = JSON.parse(line) as DeliveryRecord;
  // A Uint8Array with a buffer of its own: small Buffers share a pool, and a demonstration that
  // transfers or posts one body must not carry its neighbours along.
  const body = new TextEncoder().encode(JSON.stringify(record.payload));
  return { key: deliveryKey(record), event: record.event, body };
}
