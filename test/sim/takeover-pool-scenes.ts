/** Pools whose threads die or fail, played while shards are killed. Which thread has what may change, no more. */
import type { BreakerSpec } from '../../src/control/commands.ts';
import { breakerState, isOpenState } from '../../src/memory/breaker-words.ts';
import { KIND } from '../../src/message/kinds.ts';
import { poolScene } from '../unit/shard/pool-scene.ts';
import type { Placed, Scene } from '../unit/shard/scene.ts';
import { answerAll, payloadsOf, played, seen, type TakeoverScene } from './takeover-scene.ts';

const BREAKER: BreakerSpec = { consecutiveFailures: 2, openForMs: 10, probes: 1 };
/** Of failures in a row some may be lost with the shard that counts them. */
const TRIES_MAX = 6;

export const TAKEOVER_POOL_SCENES: Readonly<Record<string, () => TakeoverScene>> = {
  'a pool whose only thread dies in a handler, and its replacement': () => {
    const { scene, join } = poolScene({ clients: 3 });
    const letters = scene.deadLetters({ window: 2 });
    const first = join(1);
    return played(scene, () => {
      const sends = [scene.sender.request('k', 1), scene.sender.notify('k', 2)];
      sends.push(scene.sender.request('k', 3));
      scene.world.run();
      first.receiver.mark();
      scene.world.detach(first.receiver.client);
      scene.world.run();
      const second = join(2);
      // What came again stands in its place or behind, as the shard has died since or not.
      const handled = handleAll(scene, [second]).sort();
      return [seen(sends), handled, payloadsOf(letters), scene.world.forgotten];
    }, [1]);
  },
  'an ordered pool that is full of one key, whose threads die one after the other': () => {
    const { scene, join } = poolScene({ pool: { ordered: true, window: 1 } });
    const letters = scene.deadLetters({ window: 2 });
    const members = [join(1), join(2)];
    return played(scene, () => {
      const sends = [1, 2, 3].map((at) => scene.sender.notify('k', at));
      scene.world.run();
      for (const member of members) {
        if (member.receiver.held > 0) member.receiver.mark();
        scene.world.detach(member.receiver.client);
        scene.world.run();
      }
      const handled = handleAll(scene, [join(3)]);
      return [seen(sends), handled, payloadsOf(letters)];
    }, [1, 2]);
  },
  'a breaker of a pool that opens by failures of its threads, and lets one trial through': () => {
    const setting = poolScene({ clients: 3, pool: { breaker: BREAKER } });
    const { scene, pool, join } = setting;
    const members = [join(1), join(2)];
    return played(scene, () => {
      const isOpen = (): boolean => isOpenState(breakerState(scene.world.control, pool.target));
      const answer = (isGood: boolean): void => {
        const [member] = members.filter(({ receiver }) => receiver.held > 0);
        if (isGood) member?.receiver.reply('yes');
        else member?.receiver.replyError(new Error('no'));
        scene.world.run();
      };
      const untilOpen = (wanted: boolean): boolean => {
        for (let tries = 0; tries < TRIES_MAX && isOpen() !== wanted; tries++) {
          const send = scene.sender.request('k');
          scene.world.run();
          answer(!wanted);
          if (send.isOpen) return false;
        }
        return isOpen() === wanted;
      };
      const hasOpened = untilOpen(true);
      scene.world.advance(11);
      scene.world.run();
      return [hasOpened, untilOpen(false)];
    });
  },
};

/** Answers everything, and says in which order it came. */
function handleAll(scene: Scene, members: readonly Placed[]): unknown[] {
  const handled: unknown[] = [];
  scene.world.run();
  answerAll(scene, members, ({ receiver }) => {
    const [loan] = receiver.loans;
    handled.push([receiver.payloads[handled.length], loan?.attempt, loan?.redelivered]);
    if (loan?.kind === KIND.request) receiver.reply('done');
    else receiver.acknowledge();
  });
  return handled;
}
