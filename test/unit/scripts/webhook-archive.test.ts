import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { gunzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import type { WebhookExamples } from '../../../scripts/webhook-archive.ts';
import { deliveriesText, packDeliveries } from '../../../scripts/webhook-archive.ts';
import { loadDeliveries } from '../../../src/demo/webhooks/load.ts';

const require = createRequire(import.meta.url);
const sourcePath = require.resolve('@octokit/webhooks-examples');
const shippedUrl = new URL('../../../src/demo/webhooks/deliveries.ndjson.gz', import.meta.url);
const index = JSON.parse(readFileSync(sourcePath, 'utf8')) as WebhookExamples[];

describe('the shipped deliveries', () => {
  it('are what the source package says now', () => {
    const shipped = gunzipSync(readFileSync(shippedUrl)).toString('utf8');
    // Compared as a boolean: a difference would otherwise print three megabytes.
    expect(shipped === deliveriesText(index)).toBe(true);
  });

  it('reach the loader byte for byte as the payloads of the source', () => {
    const payloads = index.flatMap(({ examples }) => examples);
    const deliveries = loadDeliveries();
    expect(deliveries).toHaveLength(payloads.length);
    for (const [position, { body }] of deliveries.entries()) {
      expect(Buffer.from(body).equals(Buffer.from(JSON.stringify(payloads[position])))).toBe(true);
    }
  });

  it('carry no time and no system in their header', () => {
    expect([...readFileSync(shippedUrl).subarray(4, 10)]).toEqual([0, 0, 0, 0, 2, 255]);
  });
});

describe('packDeliveries', () => {
  it('gives the same bytes for the same text, and the text back', () => {
    const text = deliveriesText([{ name: 'push', examples: [{}, { action: 'zoë' }] }]);
    expect(packDeliveries(text)).toEqual(packDeliveries(text));
    expect(gunzipSync(packDeliveries(text)).toString('utf8')).toBe(
      '{"event":"push","payload":{}}\n{"event":"push","payload":{"action":"zoë"}}\n',
    );
  });
});
