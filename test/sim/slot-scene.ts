/** A small script of clients, targets and messages, and the shared memory that it is played on. */

import type { FullPolicy, ShardCommand, TargetSpec } from '../../src/control/commands.ts';
import { type ClientMemory, createClientMemory } from '../../src/memory/client-memory.ts';
import { type ControlWords, createControlWords } from '../../src/memory/control-words.ts';
import { PAGE_BYTES } from '../../src/memory/heap.ts';
import { createLink, type LinkMemory } from '../../src/memory/link-memory.ts';
import { createShardMemory, type ShardMemory } from '../../src/memory/shard-memory.ts';
import { KIND } from '../../src/message/kinds.ts';
import { ShardCore } from '../../src/shard/shard-core.ts';
import { Oracle } from './oracle.ts';

export interface Send {
  readonly kind: 'event' | 'notification' | 'request';
  /** 0 or 1: the routing key. */
  readonly key: number;
  /** The script's clock says 1, and 20 once it has struck. */
  readonly deadline?: number;
  /** Withdrawn right after it was sent. */
  readonly cancel?: boolean;
  /** The sender wants the number of subscriptions early. */
  readonly early?: boolean;
}

export interface SceneTarget {
  readonly client: number;
  readonly kind: 'endpoint' | 'subscription';
  readonly key: number;
  readonly answer: 'ok' | 'fail' | 'reply';
  readonly window?: number;
  readonly whenFull?: FullPolicy;
}

export type SlotMistake =
  | 'slot freed at its status'
  | 'tail published before the header'
  | 'tail published before the entry'
  | 'released at the first acknowledgement'
  | 'status sent with the release';

export interface SlotScene {
  readonly name: string;
  /** What each client sends, in order. */
  readonly clients: readonly (readonly Send[])[];
  readonly targets: readonly SceneTarget[];
  readonly slots: number;
  readonly cells: number;
  /** Slots kept for replies; 0 when absent. */
  readonly reserve?: number;
  /** Entries published together; 1 when absent. */
  readonly batch?: number;
  /** The clock strikes once, at any time. */
  readonly clock?: boolean;
  readonly start?: number;
  /** This client may die once. */
  readonly mortal?: number;
  readonly mistake?: SlotMistake;
}

export const KEYS: readonly string[] = ['a', 'b'];
/** Positions of the words that the actors of a scene tell each other by. */
export const CLOCK = 0;
export const DETACHED = 1;

export interface SceneMemory {
  readonly scene: SlotScene;
  readonly clients: readonly ClientMemory[];
  readonly links: readonly LinkMemory[];
  readonly shard: ShardMemory;
  readonly control: ControlWords;
  readonly oracle: Oracle;
  readonly stage: Int32Array;
}

export function makeMemory(scene: SlotScene): SceneMemory {
  const targets = scene.clients.length + scene.targets.length;
  const size = { slots: scene.slots, cells: scene.cells };
  const clients = scene.clients.map((_, id) => createClientMemory(id, scene.slots, 2 * PAGE_BYTES));
  for (const { bytes } of clients) bytes.write(KEYS.join(''));
  const oracle = new Oracle();
  const stage = new Int32Array(2);
  stage[CLOCK] = 1;
  return {
    scene,
    clients,
    links: scene.clients.map((_, id) => createLink(id, 0, size, scene.start ?? 0)),
    shard: createShardMemory(0, targets),
    control: createControlWords(targets),
    oracle,
    stage,
  };
}

/** Ids 0 … are the clients' sinks for failure reports, then come the targets of the scene. */
export function targetId(scene: SlotScene, index: number): number {
  return scene.clients.length + index;
}

/** Target ids that a message goes to; a request goes to one of them. */
export function targetsOf(scene: SlotScene, { kind, key }: Send): number[] {
  const wanted = kind === 'event' ? 'subscription' : 'endpoint';
  return scene.targets.flatMap((target, index) =>
    target.kind === wanted && target.key === key ? [targetId(scene, index)] : [],
  );
}

export function kindOf({ kind }: Send): number {
  return KIND[kind];
}

/** The shard of a scene, with what main tells it at the start in force. */
export function startShard(memory: SceneMemory): ShardCore {
  const { control, shard } = memory;
  const boot = { shard, control, shards: [], originMs: 0, spin: false };
  const core = new ShardCore(boot, {
    random: () => 0,
    forgot: () => {},
    turned: () => {},
    explained: () => {},
  });
  for (const command of commandsOf(memory)) core.apply(command);
  return core;
}

/** What main tells the shard at the start. */
export function commandsOf({ scene, clients, links }: SceneMemory): ShardCommand[] {
  const specs = scene.targets.map((target, index) => specOf(scene, target, index));
  return [
    ...clients.map(
      (client, id): ShardCommand => ({
        op: 'attach',
        client,
        link: links[id] as LinkMemory,
        reports: { id, kind: 'reports', client: id, window: 1, whenFull: 'error' },
      }),
    ),
    ...specs.map((target): ShardCommand => ({ op: 'addTarget', target })),
    ...scene.targets.map(
      ({ kind, key }, index): ShardCommand =>
        kind === 'endpoint'
          ? { op: 'addRoutes', routes: [routeOf(scene, key, index)] }
          : {
              op: 'addSubscription',
              subscription: {
                id: index,
                pattern: KEYS[key] as string,
                match: 'exact',
                target: targetId(scene, index),
                order: index,
              },
            },
    ),
  ];
}

function specOf(scene: SlotScene, target: SceneTarget, index: number): TargetSpec {
  const { kind, client, window = 1, whenFull = 'park' } = target;
  return { id: targetId(scene, index), kind, client, window, whenFull };
}

function routeOf(
  scene: SlotScene,
  key: number,
  index: number,
): Extract<ShardCommand, { op: 'addRoutes' }>['routes'][number] {
  return {
    id: index,
    pattern: KEYS[key] as string,
    match: 'exact',
    priority: 0,
    target: targetId(scene, index),
    balance: 'round-robin',
    order: index,
    weight: 1,
    cursor: key,
  };
}
