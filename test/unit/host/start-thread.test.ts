import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { Worker } from 'node:worker_threads';
import { afterEach, describe, expect, it } from 'vitest';
import type { Clients } from '../../../src/host/clients.ts';
import { Sessions } from '../../../src/host/sessions.ts';
import { moduleHref, startThread } from '../../../src/host/start-thread.ts';
import type { Logger, StartWorkerOptions } from '../../../src/options.ts';

const fixture = (name: string): URL => new URL(`./fixtures/${name}.ts`, import.meta.url);

const started: Worker[] = [];
afterEach(async () => {
  await Promise.all(started.splice(0).map((worker) => worker.terminate()));
});

/** Sessions over clients that only count. */
function sessionsOf(dismissed: number[]) {
  let nextId = 1;
  const clients = {
    admit: () => ({ id: nextId++ }),
    bootOf: (client: { id: number }) => ({ memory: { id: client.id } }),
    attach: async () => {},
    dismiss: async (id: number) => {
      dismissed.push(id);
    },
  } as unknown as Clients;
  return new Sessions({
    clients,
    plane: {} as never,
    ownerOf: () => undefined,
    assertOpen: () => {},
    onError: (error) => {
      throw error;
    },
  });
}

function start(name: string, options?: StartWorkerOptions) {
  return startModule(fixture(name).href, options);
}

function startModule(href: string, options: StartWorkerOptions = {}) {
  const lines: object[] = [];
  const dismissed: number[] = [];
  const note = (fields: object): void => {
    lines.push(fields);
  };
  const logger: Logger = { debug: note, info: note, warn: note, error: note };
  const session = sessionsOf(dismissed).issue({ lifetimeMs: undefined, endsWithPort: false });
  const thread = startThread(href, options, session, logger);
  started.push(thread.worker);
  return { ...thread, dismissed, lines };
}

describe('startThread', () => {
  it('gives the module its own workerData and arguments, through every door', async () => {
    const given = { answer: 42, list: [1, 2] };
    const { loaded, worker } = start('telling-worker', { workerData: given, argv: ['--x', 1] });
    const [told] = await once(worker, 'message');
    await loaded;
    expect(told).toEqual({
      imported: given,
      isDefaultSame: true,
      isRequiredSame: true,
      argv: ['--x', '1'],
      entry: fileURLToPath(fixture('telling-worker')),
    });
  });

  it('transfers what the user transfers', async () => {
    const buffer = new ArrayBuffer(8);
    const options = { workerData: buffer, transferList: [buffer] };
    const { loaded, worker } = start('telling-worker', options);
    const [told] = await once(worker, 'message');
    await loaded;
    expect(told.imported).toEqual(new ArrayBuffer(8));
    expect(buffer.byteLength).toBe(0);
  });

  it('leaves no workerData where the user gave none', async () => {
    const { loaded, worker } = start('telling-worker');
    const [told] = await once(worker, 'message');
    await loaded;
    expect(told.imported).toBeUndefined();
  });

  it('leaves a ticket that lets the thread attach once, and dismisses its client at its exit', async () => {
    const { dismissed, loaded, worker } = start('attaching-worker');
    const message = once(worker, 'message');
    await loaded;
    expect(await message).toEqual([{ client: 1, again: 'ERR_BUS_CONFIG' }]);
    expect(dismissed).toEqual([]);
    worker.postMessage('end');
    expect(await once(worker, 'exit')).toEqual([0]);
    expect(dismissed).toEqual([1]);
  });

  it.each([
    ['throw', 1, { name: 'TypeError', message: 'not today', code: 'E_LOAD' }],
    ['cycle', 1, { message: 'its own cause' }],
    ['function', 1, { message: 'a function' }],
  ])('rejects with the cause when the module fails to load (%s)', async (way, exitCode, cause) => {
    const { loaded } = start('failing-worker', { workerData: way });
    await expect(loaded).rejects.toMatchObject({
      code: 'ERR_BUS_WORKER',
      cause,
      details: { exitCode, href: fixture('failing-worker').href },
    });
  });

  it.each([
    ["throw 'only text'", 'only text'],
    ['throw undefined', 'undefined'],
    ["throw new RangeError('out of reach')", 'out of reach'],
  ])('names the file and the real reason of `%s` at load', async (source, reason) => {
    const href = `data:text/javascript,${encodeURIComponent(source)}`;
    const { loaded } = startModule(href);
    const error = (await loaded.catch((thrown: unknown) => thrown)) as Error;
    expect(error).toMatchObject({ code: 'ERR_BUS_WORKER', details: { exitCode: 1, href } });
    expect(error.message).toContain(href);
    expect(error.message.endsWith(`: ${reason}`)).toBe(true);
  });

  it.each([
    ['exit', 7],
    ['never', 13],
  ])(
    'rejects with the exit code when the thread ends before it is loaded (%s)',
    async (way, exitCode) => {
      const { loaded } = start('failing-worker', { workerData: way });
      await expect(loaded).rejects.toMatchObject({ code: 'ERR_BUS_WORKER', details: { exitCode } });
    },
  );

  it('rejects with the cause when there is no such file', async () => {
    const { loaded } = start('no-such-worker');
    await expect(loaded).rejects.toMatchObject({
      code: 'ERR_BUS_WORKER',
      cause: { code: 'ERR_MODULE_NOT_FOUND' },
    });
  });

  it('tells of an error after loading to the log and to who listens, and main lives on', async () => {
    const { lines, loaded, worker } = start('crashing-worker');
    const error = new Promise<unknown>((resolve) => worker.on('error', resolve));
    await loaded;
    expect(await error).toMatchObject({ message: 'later' });
    expect(lines).toMatchObject([{ err: { message: 'later' }, exitCode: 1 }]);
  });

  it('refuses options that Node refuses', () => {
    const refusal = expect.objectContaining({ code: 'ERR_BUS_CONFIG' });
    expect(() => start('telling-worker', { workerData: () => 1 })).toThrow(refusal);
    expect(() => start('telling-worker', { execArgv: ['--no-such-flag'] })).toThrow(refusal);
  });
});

describe('moduleHref', () => {
  it('takes a URL, its text, and an absolute path', () => {
    const url = fixture('telling-worker');
    expect(moduleHref(url)).toBe(url.href);
    expect(moduleHref(url.href)).toBe(url.href);
    expect(moduleHref(fileURLToPath(url))).toBe(url.href);
    expect(moduleHref('data:text/javascript,0')).toBe('data:text/javascript,0');
  });

  it.each([
    ['a relative path', './worker.js'],
    ['another protocol', 'https://example.org/worker.js'],
    ['an empty string', ''],
    ['a number', 5],
    ['nothing', undefined],
    ['what only looks like a URL', Object.create(URL.prototype)],
  ])('refuses %s', (_, url) => {
    expect(() => moduleHref(url)).toThrow(
      expect.objectContaining({
        code: 'ERR_BUS_CONFIG',
        details: expect.objectContaining({ option: 'url' }),
      }),
    );
  });

  it('shows the URL that it refuses', () => {
    expect(() => moduleHref(new URL('https://example.org/worker.js'))).toThrow(
      "startWorker: option 'url' must be a file: or data: URL, or an absolute path, got the URL 'https://example.org/worker.js'.",
    );
  });
});
