/**
 * How the webhook data file is made from its source package: pure, so that a test can hold the file
 * that is shipped against what the package says now. Reading and writing is the caller's.
 */

import { constants, gzipSync } from 'node:zlib';
import type { DeliveryRecord } from '../src/demo/webhooks/load.ts';

/** What `api.github.com/index.json` of `@octokit/webhooks-examples` holds for each event. */
export interface WebhookExamples {
  readonly name: string;
  readonly examples: readonly DeliveryRecord['payload'][];
}

/** Offset of the byte that names the operating system in a gzip header (RFC 1952, 2.3). */
const GZIP_OS_OFFSET = 9;
const GZIP_OS_UNKNOWN = 255;

/** One delivery a line, in the order of the source. */
export function deliveriesText(index: readonly WebhookExamples[]): string {
  const lines: string[] = [];
  for (const { name, examples } of index) {
    for (const payload of examples) {
      const record: DeliveryRecord = { event: name, payload };
      lines.push(`${JSON.stringify(record)}\n`);
    }
  }
  return lines.join('');
}

/** The same text gives the same bytes on every machine with the same zlib: no time, no system. */
export function packDeliveries(text: string): Uint8Array {
  const packed = gzipSync(text, { level: constants.Z_BEST_COMPRESSION });
  packed[GZIP_OS_OFFSET] = GZIP_OS_UNKNOWN;
  return packed;
}
