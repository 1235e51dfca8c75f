/** What scenes that are played while shards die are made of. */
import type { PendingSend } from '../../src/client/pending-send.ts';
import type { RetrySpec } from '../../src/control/commands.ts';
import { retryAfter } from '../helpers/retry-policy.ts';
import { heldByWorld } from '../unit/client/at-rest.ts';
import type { Placed, Scene } from '../unit/shard/scene.ts';

export interface TakeoverScene {
  readonly scene: Scene;
  readonly play: () => unknown;
}

export const RETRY: RetrySpec = retryAfter(10, 2);

/** Reads what happened, and what is left. */
export function played(
  scene: Scene,
  play: () => unknown,
  gone: readonly number[] = [],
): TakeoverScene {
  return {
    scene,
    play: () => {
      const observed = play();
      scene.world.run();
      return { observed, held: heldByWorld(scene.world, gone) };
    },
  };
}

export function answerAll(
  scene: Scene,
  placed: readonly Placed[],
  answer: (one: Placed) => void,
): void {
  for (let round = 0; placed.some(({ receiver }) => receiver.held > 0); round++) {
    if (round > 100) throw new Error('deliveries without end');
    for (const one of placed) while (one.receiver.held > 0) answer(one);
    scene.world.run();
  }
}

export function payloadsOf({ receiver }: Placed): unknown[] {
  return receiver.payloads;
}

export function seen(sends: readonly PendingSend[]): unknown[] {
  return sends.map((send) => {
    if (send.isOpen) return 'open';
    if (!send.failed) return send.value;
    const { code, message, details } = send.toError() as Error & {
      code?: string;
      details?: { failed?: readonly { endpoint: string }[] };
    };
    return [code, message, details?.failed?.map(({ endpoint }) => endpoint)];
  });
}
