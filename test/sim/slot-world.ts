/** The slot protocol on production code: clients with their scripts, one shard, every interleaving of their accesses. */
import { BELL, PARKED } from '../../src/memory/client-memory.ts';
import { CELL_WORDS, cellState, LEDGER, recordState } from '../../src/memory/ledger.ts';
import {
  CPTAIL,
  CTAIL,
  DONE,
  DPTAIL,
  DTAIL,
  type LinkMemory,
  PTAIL,
  TAIL,
} from '../../src/memory/link-memory.ts';
import { sealLink } from '../../src/memory/seal-link.ts';
import { get, store } from '../../src/memory/seam.ts';
import type { ShardCore } from '../../src/shard/shard-core.ts';
import { type Actor, Violation, type Watch, type World } from '../helpers/interleave/actor.ts';
import { SlotClient } from './slot-client.ts';
import { mistakenCore, mistakenSlotSeam } from './slot-mistakes.ts';
import {
  CLOCK,
  DETACHED,
  makeMemory,
  type SceneMemory,
  type SlotScene,
  startShard,
  targetsOf,
} from './slot-scene.ts';

/** When the clock has struck. */
const LATER_MS = 20;

export function slotWorld(scene: SlotScene): World {
  const memory = makeMemory(scene);
  const deaths = new Int32Array(scene.clients.length);
  const cast: { core?: ShardCore; clients: SlotClient[] } = { clients: [] };
  const clients = scene.clients.map(
    (sends, id): Actor => ({
      name: `client ${id}`,
      mayDie: scene.mortal === id,
      run: (io) => {
        const client = new SlotClient(memory, id);
        cast.clients[id] = client;
        const poll = (): number => client.poll();
        const watches = (): Watch[] => clientWatches(memory, id);
        sends.forEach((send, index) => {
          while (!client.send(send, index)) io.poll(poll, watches);
        });
        client.link.flush();
        for (;;) io.poll(poll, watches);
      },
    }),
  );
  const shard: Actor = {
    name: 'shard',
    run: (io) => {
      const core = startShard(memory);
      mistakenCore(memory, core);
      cast.core = core;
      let isDetached = false;
      for (;;) {
        if (!isDetached && get(memory.stage, DETACHED) !== 0) {
          core.apply({ op: 'detach', client: scene.mortal ?? 0 });
          isDetached = true;
        }
        const now = get(memory.stage, CLOCK);
        io.poll(
          () => core.step(now),
          () => shardWatches(memory, now, isDetached),
        );
      }
    },
  };
  return {
    memory: changingWords(memory, deaths),
    actors: [...clients, shard, ...extras(memory, deaths)],
    deaths,
    deathsMax: scene.mortal === undefined ? 0 : 1,
    isSilent: (view, index) =>
      index === PARKED && memory.clients.some(({ buffer }) => buffer === view.buffer)
        ? true
        : view.buffer === memory.shard.buffer && (index === PARKED || index === BELL),
    mutate: (seam, actor) => mistakenSlotSeam(memory, seam, actor),
    check: () => {
      for (const link of memory.links) checkRings(memory, link, link.client);
    },
    atEnd: () => checkEnd(memory, cast, deaths),
  };
}

/** The clock, and main's part in a death. */
function extras(memory: SceneMemory, deaths: Int32Array): Actor[] {
  const { scene, stage, links } = memory;
  const clock: Actor = {
    name: 'clock',
    run: () => {
      store(stage, CLOCK, LATER_MS);
      return undefined;
    },
  };
  const main: Actor = {
    name: 'main',
    run: (io) => {
      const mortal = scene.mortal ?? 0;
      io.untilChanged([{ view: deaths, index: mortal, value: 0 }]);
      memory.oracle.noteDeath(mortal);
      sealLink(links[mortal] as LinkMemory);
      store(stage, DETACHED, 1);
      return undefined;
    },
  };
  return [...(scene.clock === true ? [clock] : []), ...(scene.mortal === undefined ? [] : [main])];
}

function changingWords(memory: SceneMemory, deaths: Int32Array): Int32Array[] {
  const { clients, links, shard, control, oracle, stage } = memory;
  return [
    ...clients.map(({ headers }) => headers),
    ...links.map(({ buffer }) => new Int32Array(buffer)),
    shard.words,
    shard.dropped,
    control.cursors,
    oracle.words,
    stage,
    deaths,
  ];
}

/** A client that has read everything waits for a tail to move on. */
function clientWatches({ links, oracle, scene }: SceneMemory, id: number): Watch[] {
  const { words } = links[id] as LinkMemory;
  const start = scene.start ?? 0;
  return [
    { view: words, index: DTAIL, value: (start + oracle.readPosition(id, 0)) | 0 },
    { view: words, index: CTAIL, value: (start + oracle.readPosition(id, 1)) | 0 },
  ];
}

function shardWatches({ links, stage }: SceneMemory, now: number, isDetached: boolean): Watch[] {
  return [
    ...links.map(({ words }) => ({ view: words, index: TAIL, value: words[DONE] as number })),
    { view: stage, index: CLOCK, value: now },
    ...(isDetached ? [] : [{ view: stage, index: DETACHED, value: 0 }]),
  ];
}

/** No ring holds more than counting allows: 4 N + W, 3 W, 2 N. */
function checkRings({ scene, oracle }: SceneMemory, { words }: LinkMemory, id: number): void {
  const start = scene.start ?? 0;
  const unread = (word: number, read: number): number => ((words[word] as number) - read) | 0;
  const rings = [
    ['submit', unread(PTAIL, words[DONE] as number), 4 * scene.slots + scene.cells],
    ['deliver', unread(DPTAIL, (start + oracle.readPosition(id, 0)) | 0), 3 * scene.cells],
    ['complete', unread(CPTAIL, (start + oracle.readPosition(id, 1)) | 0), 2 * scene.slots],
  ] as const;
  for (const [name, entries, limit] of rings) {
    if (entries <= limit) continue;
    throw new Violation(`client ${id}: ${entries} entries in the ${name} ring, at most ${limit}`);
  }
}

function checkEnd(
  memory: SceneMemory,
  cast: { readonly core?: ShardCore; readonly clients: readonly SlotClient[] },
  deaths: Int32Array,
): void {
  const { scene, links, oracle } = memory;
  scene.clients.forEach((sends, id) => {
    if (deaths[id] === 1) return;
    sends.forEach((send, index) => {
      oracle.checkEnd({ client: id, index });
      if (send.kind === 'event' && scene.targets.some(({ whenFull }) => whenFull === 'error')) {
        oracle.checkRefusal({ client: id, index }, targetsOf(scene, send));
      }
    });
    const client = cast.clients[id] as SlotClient;
    mustBe(`client ${id}: slots in use`, client.slots.used, 0);
    mustBe(`client ${id}: replies that wait`, client.answers.waiting, 0);
    mustBe(`client ${id}: bytes in use`, client.heap.usedBytes, 0);
  });
  links.forEach((link, id) => {
    mustBe(
      `client ${id}: entries unread`,
      ((link.words[PTAIL] as number) - (link.words[DONE] as number)) | 0,
      0,
    );
    for (let slot = 0; slot < link.slots; slot++) {
      mustBe(`client ${id}: record ${slot}`, recordState(link.ledger, slot), LEDGER.done);
    }
    for (let cell = 0; cell < link.cells; cell++) {
      mustBe(
        `client ${id}: cell ${cell}`,
        cellState(link.cellWords[cell * CELL_WORDS] as number),
        0,
      );
    }
    const shardLink = cast.core?.state.links[id];
    if (deaths[id] === 1) mustBe(`client ${id}: is forgotten`, shardLink === undefined, true);
    else mustBe(`client ${id}: in care`, shardLink?.quiet, true);
  });
  mustBe('backing off', cast.core?.state.backingOff.size, 0);
  mustBe('untold', cast.core?.state.untold.length, 0);
}

function mustBe(what: string, found: unknown, expected: unknown): void {
  if (found !== expected) throw new Violation(`${what} at the end: ${String(found)}`);
}
