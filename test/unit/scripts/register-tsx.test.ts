import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import { describe, expect, it } from 'vitest';

const bootstrap = new URL('../../../workers/register-tsx.mjs', import.meta.url);

describe('register-tsx', () => {
  it('starts a worker whose entry is TypeScript', async () => {
    const entry = new URL('./fixtures/answering-worker.ts', import.meta.url);
    const worker = new Worker(bootstrap, { argv: [entry.href] });
    const [answer] = await once(worker, 'message');
    expect(answer).toBe(3);
    await worker.terminate();
  });

  it('ends the worker with a clear error when the entry is not a URL', async () => {
    const worker = new Worker(bootstrap, { argv: ['./relative.ts'] });
    const [error] = await once(worker, 'error');
    expect(error).toMatchObject({ name: 'TypeError' });
    expect(String(error)).toContain('absolute URL as argv[0] of the Worker, got ./relative.ts');
  });
});
