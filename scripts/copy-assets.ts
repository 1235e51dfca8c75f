/**
 * Copies the files that `tsc` does not emit to where the compiled code looks for them. It is the
 * second half of `npm run build`.
 */

import { cpSync, mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';

const assetPaths = [
  'src/demo/webhooks/deliveries.ndjson.gz',
  'src/demo/webhooks/NOTICE',
  'workers/pool-entry.cjs',
] as const;

const root = new URL('../', import.meta.url);
for (const path of assetPaths) {
  const target = fileURLToPath(new URL(`dist/${path}`, root));
  mkdirSync(dirname(target), { recursive: true });
  cpSync(fileURLToPath(new URL(path, root)), target);
}
