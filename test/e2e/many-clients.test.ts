/** A bus that has more clients in its life than there are ids. */
import { describe, expect, it } from 'vitest';
import type * as Package from '../../src/index.ts';
import type { ConnectedBus } from '../../src/index.ts';
import { until } from '../helpers/gate.ts';
import { joinOwnWorker } from '../helpers/own-worker.ts';
import { internal } from '../helpers/real-bus.ts';

const CLIENTS = 40;
/** Beside that of main. */
const IDS = 4;

interface Ids {
  readonly freshLeft: number;
  take(): void;
}

// Module by module, so that what this file changes is what its bus has.
const { createBus } = (await internal('bus.js')) as Pick<typeof Package, 'createBus'>;
const { connect } = (await internal('connect.js')) as Pick<typeof Package, 'connect'>;

/** All but a few ids are gone as soon as main has its own. Returns what ends that for later buses. */
async function leaveFewIds(): Promise<() => void> {
  const { ClientIds } = (await internal('host/client-ids.js')) as { ClientIds: { prototype: Ids } };
  const { prototype } = ClientIds;
  const { take } = prototype;
  prototype.take = function (this: Ids) {
    take.call(this);
    while (this.freshLeft > IDS) take.call(this);
  };
  return () => {
    prototype.take = take;
  };
}

describe('a bus of which all ids of clients were used', () => {
  it('uses them again, while a thread that only sleeps hears of all who leave', async () => {
    const restore = await leaveFewIds();
    const bus = await createBus({ shards: 2 });
    const idle = await joinOwnWorker(bus, 'idle');
    const owners = new Set<number>();
    const ids = new Set<string>();
    await bus.registerEndpoint('home', ({ id, payload }) => {
      owners.add(Number(id.split('-')[0]));
      ids.add(id);
      return payload;
    });
    await bus.registerRoute('home', 'home');
    for (let round = 0; round < CLIENTS; round++) {
      let own: ConnectedBus | undefined;
      const ticket = bus.createTicket();
      await until(async () => {
        own = await connect(ticket).catch(({ code }: { code: string }) => {
          expect(code).toBe('ERR_BUS_FULL');
          return undefined;
        });
        return own !== undefined;
      });
      if (own === undefined) throw new Error('no connection');
      await own.registerEndpoint('away', ({ payload }) => [round, payload]);
      await own.registerRoute('away', 'away');
      expect(await own.request('home', `home ${round}`)).toBe(`home ${round}`);
      expect(await bus.request('away', 'x')).toEqual([round, 'x']);
      await own.close();
    }
    expect([owners.size, ids.size]).toEqual([CLIENTS, CLIENTS]);
    expect(Math.max(...owners)).toBeGreaterThan(0x7fff);
    expect(new Set([...owners].map((owner) => owner & 0x7fff)).size).toBeLessThanOrEqual(IDS);
    expect((await bus.metrics()).clients).toHaveLength(2);
    await bus.close();
    expect(await idle.end()).toBe(0);
    restore();
  });
});
