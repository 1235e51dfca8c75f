/** The table of the interface, payloads: every kind in every role on every path between threads. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { MessageBus } from '../../src/index.ts';
import { createWatchedBus, expectAtRest } from '../helpers/at-rest.ts';
import { until } from '../helpers/gate.ts';
import { workerFile } from '../helpers/real-bus.ts';

interface Paths {
  difference(got: unknown, sent: unknown): string | undefined;
  serve(bus: MessageBus, id: string): Promise<void>;
  sendAll(bus: MessageBus, to: string): Promise<string[]>;
  refuseAll(bus: MessageBus, to: string): Promise<string[]>;
}
interface Payloads {
  keptPayloads(): unknown[];
  refusedPayloads(): [path: string, value: unknown][];
}
const { difference, serve, sendAll, refuseAll } = (await fixture('fidelity')) as Paths;
const { keptPayloads } = (await fixture('payloads')) as Payloads;

function fixture(name: string): Promise<unknown> {
  return import(new URL(`../fixtures/${name}.mjs`, import.meta.url).href);
}

interface Report {
  readonly counts: Readonly<Record<'request' | 'notification' | 'event', number>>;
  readonly wrong: readonly string[];
}

const PATHS = [
  ['main', 'w1'],
  ['w1', 'w2'],
  ['w2', 'main'],
  ['main', 'main'],
  ['w1', 'w1'],
] as const;

it('kinds are told apart: none of the table passes for another', () => {
  const others = keptPayloads();
  for (const [i, got] of keptPayloads().entries()) {
    const like = others.filter((sent, j) => j !== i && difference(got, sent) === undefined);
    expect(like).toEqual([]);
  }
});

// Shards pass payloads on unread: one and several are enough.
describe.each([1, 4])('payloads with %i shards', (shards) => {
  let bus: MessageBus;

  beforeAll(async () => {
    bus = await createWatchedBus({ shards });
    for (const id of ['w1', 'w2']) {
      await bus.startWorker(workerFile('fidelity'), { workerData: { id } });
    }
    await serve(bus, 'main');
  });
  afterAll(async () => {
    await expectAtRest(bus);
    await bus.close();
  });

  const reportOf = (id: string): Promise<Report> => bus.request<Report>(`report.${id}`);

  // shared/cases/behaviour.md A18, I14; shared/cases/bugs.md 26
  it.each(PATHS)(
    'of every kind arrive as they are from %s at %s, in every role',
    async (from, to) => {
      const before = (await reportOf(to)).counts;
      const wrong =
        from === 'main' ? await sendAll(bus, to) : await bus.request(`send.${from}`, to);
      expect(wrong).toEqual([]);
      const each = keptPayloads().length;
      // A publish resolves when it is routed; its callback may still have to run.
      await until(async () => (await reportOf(to)).counts.event === before.event + each);
      const { counts, wrong: received } = await reportOf(to);
      expect(received).toEqual([]);
      expect(counts).toEqual({
        request: before.request + each,
        notification: before.notification + each,
        event: before.event + each,
      });
    },
  );

  // shared/cases/behaviour.md I8; shared/cases/bugs.md 24
  it.each(PATHS)(
    'that cannot be kept are refused from %s to %s, each with its path',
    async (from, to) => {
      const before = (await reportOf(to)).counts;
      const refused =
        from === 'main' ? await refuseAll(bus, to) : await bus.request(`try.${from}`, to);
      expect(refused).toEqual([]);
      expect((await reportOf(to)).counts).toEqual(before);
    },
  );
});
