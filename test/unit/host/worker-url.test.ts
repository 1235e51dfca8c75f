import { existsSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { workerEntry } from '../../../src/host/worker-url.ts';

describe('workerEntry', () => {
  it.each(['shard-worker', 'client-bootstrap'] as const)(
    'starts %s through the TypeScript bootstrap when it is not compiled',
    (name) => {
      const { argv, url } = workerEntry(name);
      expect(url.pathname).toMatch(/\/workers\/register-tsx\.mjs$/);
      expect(existsSync(url)).toBe(true);
      expect(argv).toHaveLength(1);
      expect(existsSync(new URL(argv[0] as string))).toBe(true);
    },
  );

  it('starts the compiled entry beside the compiled source', () => {
    const here = 'file:///app/node_modules/symphony-bus/dist/src/host/worker-url.js';
    expect(workerEntry('shard-worker', here)).toEqual({
      url: new URL('file:///app/node_modules/symphony-bus/dist/workers/shard-worker.cjs'),
      argv: [],
    });
  });

  it('has no thread that Piscina would load as an ES module by require, which a termination turns into an abort', () => {
    const here = 'file:///app/node_modules/symphony-bus/dist/src/host/worker-url.js';
    expect(workerEntry('pool-thread', here).url.pathname).toMatch(
      /\/dist\/workers\/pool-entry\.cjs$/,
    );
  });
});
