import { Worker } from 'node:worker_threads';
import { afterEach, describe, expect, it } from 'vitest';
import { createLink, type LinkHandle } from '../../src/memory/link-memory.ts';
import { BELL, dice, type Part, SLOTS, type Stage, type Verdict } from './fixtures/stage.ts';

/** A lost wake-up shows as a thread that never ends; a busy machine needs seconds, not this long. */
const WATCHDOG_MS = 50_000;
const SPURIOUS_EVERY_MS = 1;
const MESSAGES = 3000;

const loader = new URL('../../workers/register-tsx.mjs', import.meta.url);
const workers: Worker[] = [];

afterEach(async () => {
  await Promise.all(workers.splice(0).map((worker) => worker.terminate()));
});

function makeStage(clients: number, start: number, seed: number): Stage {
  const shared = (words: number): Int32Array => new Int32Array(new SharedArrayBuffer(words * 4));
  const links = Array.from({ length: clients }, (_, id): LinkHandle => {
    const { client, shard, slots, cells, buffer } = createLink(
      id,
      0,
      { slots: SLOTS, cells: 1 },
      start,
    );
    return { client, shard, slots, cells, buffer };
  });
  return {
    links,
    payloads: links.map(() => shared(SLOTS)),
    doors: [...links, undefined].map(() => shared(2 * BELL)),
    messages: MESSAGES,
    seed,
  };
}

/** Resolves with what the thread says; rejects when it fails, or says nothing for too long. */
function play(fixture: string, part: Part): Promise<Verdict> {
  const entry = new URL(`fixtures/${fixture}.ts`, import.meta.url).href;
  const worker = new Worker(loader, { argv: [entry], workerData: part });
  workers.push(worker);
  return new Promise((resolve, reject) => {
    const watchdog = setTimeout(() => {
      const words = part.stage.links.map(({ buffer }) => [...new Int32Array(buffer, 0, 160)]);
      const heads = words.map((link) => link.filter((_, index) => index % 32 < 3).join());
      reject(new Error(`${fixture} ${part.client} stands still: ${heads.join(' | ')}`));
    }, WATCHDOG_MS);
    worker.once('message', resolve);
    worker.once('error', reject);
    worker.once('exit', () => clearTimeout(watchdog));
  });
}

/** Wakes sleepers for nothing, as a platform may. */
function wakeForNothing(stage: Stage): () => void {
  const roll = dice(stage.seed);
  const timer = setInterval(() => {
    Atomics.notify(stage.doors[roll(stage.doors.length)] as Int32Array, BELL);
  }, SPURIOUS_EVERY_MS);
  return () => clearInterval(timer);
}

describe('rings and doorbells between real threads', () => {
  const races = [
    { clients: 1, start: 0x7fff_fff0 },
    { clients: 2, start: -16 },
    { clients: 1, start: 0 },
  ];

  it.each(races)(
    'lose, double and reorder nothing and end: $clients clients from $start',
    async ({ clients, start }) => {
      const stage = makeStage(clients, start, 7 + clients);
      const quiet = wakeForNothing(stage);
      const parts = Array.from({ length: clients }, (_, client) => ({ stage, client }));
      const verdicts = await Promise.all([
        play('ring-shard', { stage, client: clients }),
        ...parts.map((part) => play('ring-client', part)),
      ]);
      quiet();
      expect(verdicts.map(({ read }) => read)).toEqual([
        clients * MESSAGES,
        ...parts.map(() => MESSAGES),
      ]);
      // Somebody slept, so waking was put to the test.
      expect(verdicts.reduce((sum, { sleeps }) => sum + sleeps, 0)).toBeGreaterThan(0);
    },
  );
});
