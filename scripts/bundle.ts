/**
 * Makes few files of the many that threads load. A thread reads and links every module again, so a client's two hundred
 * small ones take four times as long as the thread itself; a shard, which starts again when it dies, is one CommonJS file,
 * since the loader of ES modules takes its time too. What main, connected threads and pool threads have in common lies in
 * shared chunks: they are modules with state, of which a thread has one. What only the benches and the demo load stays as
 * it was compiled.
 */
import { rm } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { type BuildOptions, build } from 'esbuild';

const dist = fileURLToPath(new URL('../dist/', import.meta.url));
const shard = `${dist}workers/shard-worker.js`;

const shared: BuildOptions = {
  bundle: true,
  platform: 'node',
  target: 'node20',
  packages: 'external',
  sourcemap: true,
  legalComments: 'none',
  logLevel: 'warning',
};

await build({
  ...shared,
  entryPoints: [shard],
  outfile: `${dist}workers/shard-worker.cjs`,
  format: 'cjs',
});
for (const file of [shard, `${shard}.map`]) await rm(file);

// As deep as the modules they are made of: these find the thread entries by their own place.
await rm(`${dist}src/chunks`, { recursive: true, force: true });
await build({
  ...shared,
  entryPoints: ['src/index.js', 'workers/client-bootstrap.js', 'workers/pool-thread.js'].map(
    (entry) => `${dist}${entry}`,
  ),
  outbase: dist,
  outdir: dist,
  chunkNames: 'src/chunks/[name]-[hash]',
  splitting: true,
  format: 'esm',
  allowOverwrite: true,
});
