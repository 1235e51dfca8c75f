/**
 * Makes `src/demo/webhooks/deliveries.ndjson.gz` anew from `@octokit/webhooks-examples`:
 * `npm run webhooks`. Run it after changing that package's version, and update `NOTICE` with it.
 */

import { readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { WebhookExamples } from './webhook-archive.ts';
import { deliveriesText, packDeliveries } from './webhook-archive.ts';

const require = createRequire(import.meta.url);
const sourcePath = require.resolve('@octokit/webhooks-examples');
const targetUrl = new URL('../src/demo/webhooks/deliveries.ndjson.gz', import.meta.url);

const index = JSON.parse(readFileSync(sourcePath, 'utf8')) as WebhookExamples[];
const text = deliveriesText(index);
const packed = packDeliveries(text);
writeFileSync(targetUrl, packed);
console.log(
  `${text.split('\n').length - 1} deliveries, ${text.length} characters, ${packed.length} bytes packed`,
);
