/**
 * Makes one CommonJS file of the shard's thread entry and all it imports. A shard starts, and is replaced, in the time that
 * its thread takes to start; loading sixty small modules would take as long again, and the loader of ES modules alone half
 * as long.
 */
import { rm } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const workers = fileURLToPath(new URL('../dist/workers/', import.meta.url));
const entry = `${workers}shard-worker.js`;

await build({
  entryPoints: [entry],
  outfile: `${workers}shard-worker.cjs`,
  bundle: true,
  format: 'cjs',
  platform: 'node',
  target: 'node20',
  sourcemap: true,
  legalComments: 'none',
  logLevel: 'warning',
});

for (const file of [entry, `${entry}.map`]) await rm(file);
