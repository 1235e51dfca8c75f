import { describe, expect, it } from 'vitest';
import { PAGE_BYTES } from '../../../src/memory/heap.ts';
import {
  causeReason,
  LETTER_REASON,
  letterAttempts,
  letterCause,
} from '../../../src/memory/letter-word.ts';
import { retryAtOnce } from '../../helpers/retry-at-once.ts';
import { heldByWorld } from '../client/at-rest.ts';
import { type Placed, Scene } from './scene.ts';

const RETRY = retryAtOnce(3);

/** Until main's client has nothing more to take. */
function drain(scene: Scene, { receiver }: Placed): void {
  for (let idle = 0; idle < 3; idle++) {
    while (receiver.held > 0) receiver.acknowledge();
    scene.world.advance(10);
    scene.world.run();
    if (receiver.held > 0) idle = -1;
  }
}

describe('what the bound of an acknowledged subscription drops in the shard', () => {
  it.each([
    ['drop-oldest', [0, 8, 9], [1, 2, 3, 4, 5, 6, 7]],
    ['drop-newest', [0, 1, 2], [3, 4, 5, 6, 7, 8, 9]],
  ] as const)('is a dead letter: %s', (whenFull, kept, lost) => {
    const scene = new Scene();
    const letters = scene.deadLetters({ window: 8 });
    const words: number[] = [];
    const take = letters.receiver.take.bind(letters.receiver);
    letters.receiver.take = (loan, detail?: number) => {
      words.push(detail as number);
      take(loan);
    };
    const bound = scene.subscription('k', { whenFull, window: 1, waiting: 2, retry: RETRY });
    for (let at = 0; at < 10; at++) {
      scene.sender.publish('k', at);
      scene.world.run();
    }
    drain(scene, letters);
    drain(scene, bound);
    expect(bound.receiver.payloads).toEqual(kept);
    expect(letters.receiver.payloads).toEqual(lost);
    const reasons = words.map((word) => [causeReason(letterCause(word)), letterAttempts(word)]);
    expect(reasons).toEqual(lost.map(() => [LETTER_REASON.overflow, 0]));
    expect(heldByWorld(scene.world)).toEqual({});
  });

  it('does not block its senders when nobody takes the letters: half of their slots wait at most', () => {
    const scene = new Scene({ slots: 16, heapBytes: 64 * PAGE_BYTES });
    const letters = scene.deadLetters({ window: 2 });
    const whenFull = 'drop-oldest';
    const bound = scene.subscription('k', { whenFull, window: 1, waiting: 2, retry: RETRY });
    for (let at = 0; at < 40; at++) {
      expect(scene.sender.tryPublish('k', at)).toBe('accepted');
      scene.world.run();
    }
    expect(scene.sender.core.slots.used).toBeLessThan(16 - 16 / 8);
    drain(scene, letters);
    drain(scene, bound);
    expect(letters.receiver.payloads.length).toBeGreaterThan(2);
    expect(scene.sender.unclaimed).toEqual([]);
    expect(heldByWorld(scene.world)).toEqual({});
  });

  it('is nothing more where events are not acknowledged', () => {
    const scene = new Scene();
    const letters = scene.deadLetters();
    const bound = scene.subscription('k', { whenFull: 'drop-oldest', window: 1, waiting: 1 });
    for (let at = 0; at < 5; at++) {
      scene.sender.publish('k', at);
      scene.world.run();
    }
    drain(scene, bound);
    expect([bound.receiver.payloads, letters.receiver.payloads]).toEqual([[0, 4], []]);
    expect(heldByWorld(scene.world)).toEqual({});
  });
});
