/** A pool at client 0, as main is; its threads are other clients. */
import type { TargetSpec } from '../../../src/control/commands.ts';
import { type Placed, Scene } from './scene.ts';

export interface PoolScene {
  readonly scene: Scene;
  readonly pool: Placed;
  /** A thread of the pool at client `at`. */
  readonly join: (at: number) => Placed;
}

export interface PoolWishes {
  readonly shards?: number;
  readonly clients?: number;
  readonly pool?: Partial<TargetSpec>;
  /** What its members have of their own. */
  readonly member?: Partial<TargetSpec>;
}

/** Reached by key `k`. Each member handles one message at a time. */
export function poolScene({ clients = 4, member, pool, shards = 1 }: PoolWishes = {}): PoolScene {
  const scene = new Scene({ shards, clients });
  const placed = scene.endpoint('k', { isPool: true, concurrency: 2, ...pool }, 0);
  const own = { window: 1, concurrency: 1, ...member };
  const join = (at: number): Placed =>
    scene.endpoint(undefined, { pool: placed.target, ...own }, at);
  return { scene, pool: placed, join };
}

export function payloadsOf(members: readonly Placed[]): unknown[] {
  return members.map(({ receiver }) => receiver.payloads);
}

/** The thread of a member ends while its handler runs. */
export function die({ scene }: PoolScene, { receiver }: Placed): void {
  receiver.mark();
  scene.world.detach(receiver.client);
  scene.world.run();
}
