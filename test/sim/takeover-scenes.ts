/** What is played while shards are killed: each scene says what its clients saw, which no death of a shard may change. */

import type { PendingSend } from '../../src/client/pending-send.ts';
import { breakerState, isOpenState } from '../../src/memory/breaker-words.ts';
import { ACK_STATUS } from '../../src/memory/entries.ts';
import { requestTo } from '../unit/client/request-to.ts';
import type { Placed } from '../unit/shard/scene.ts';
import { Scene } from '../unit/shard/scene.ts';
import {
  answerAll,
  payloadsOf,
  played,
  RETRY,
  seen,
  type TakeoverScene,
} from './takeover-scene.ts';

export const TAKEOVER_SCENES: Readonly<Record<string, () => TakeoverScene>> = {
  'a notification to two endpoints': () => {
    const scene = new Scene();
    const both = [scene.endpoint('k'), scene.endpoint('*', {}, 2)];
    return played(scene, () => {
      const sends = [scene.sender.notify('k', 1), scene.sender.notify('k', 2)];
      scene.world.run();
      answerAll(scene, both, ({ receiver }) => receiver.acknowledge());
      return [seen(sends), both.map(payloadsOf)];
    });
  },
  'a notification of which one endpoint fails and says why, in either order': () => {
    const scene = new Scene();
    const good = scene.endpoint('k');
    const bad = scene.endpoint('*', {}, 2);
    return played(scene, () => {
      const first = scene.sender.notify('k', 1);
      scene.world.run();
      answerAll(scene, [bad], ({ receiver }) => receiver.report('bad', new Error('why')));
      answerAll(scene, [good], ({ receiver }) => receiver.acknowledge());
      const second = scene.sender.notify('k', 2);
      scene.world.run();
      answerAll(scene, [good], ({ receiver }) => receiver.acknowledge());
      answerAll(scene, [bad], ({ receiver }) => receiver.report('bad', new Error('why')));
      return [seen([first, second]), [good, bad].map(payloadsOf)];
    });
  },
  'a notification of which all fail, one without a word': () => {
    const scene = new Scene();
    const all = [scene.endpoint('k'), scene.endpoint('*', {}, 2), scene.endpoint('?', {}, 2)];
    return played(scene, () => {
      const send = scene.sender.notify('k', 1);
      scene.world.run();
      const [first, second, third] = all as [Placed, Placed, Placed];
      second.receiver.acknowledge(ACK_STATUS.failed);
      first.receiver.report('first', new Error('1'));
      scene.world.run();
      third.receiver.report('third', new Error('3'));
      scene.world.run();
      return [seen([send]), all.map(payloadsOf)];
    });
  },
  'a notification that is repeated, and another one that nothing helps': () => {
    const scene = new Scene();
    const letters = scene.deadLetters({ window: 2 });
    const end = scene.endpoint('k', { retry: RETRY });
    return played(scene, () => {
      const sends = [1, 2].map((at) => scene.sender.notify('k', at));
      scene.world.run();
      for (const _ of sends) end.receiver.fail();
      scene.world.run();
      scene.world.advance(10);
      scene.world.run();
      end.receiver.acknowledge();
      end.receiver.report('end', new Error('no use'));
      scene.world.run();
      answerAll(scene, [letters], ({ receiver }) => receiver.acknowledge());
      return [seen(sends), payloadsOf(end), letters.receiver.payloads.map(String)];
    });
  },
  'an ordered endpoint that repeats a message of a key, gives it up, and goes on with the next':
    () => {
      const scene = new Scene();
      const letters = scene.deadLetters({ window: 2 });
      const end = scene.endpoint('*', { ordered: true, retry: RETRY });
      return played(scene, () => {
        const { receiver } = end;
        const sends = [1, 2, 3].map((at) => scene.sender.notify('a', at));
        sends.push(scene.sender.notify('b', 4));
        scene.world.run();
        const late = scene.world.client(2).request('a', 5);
        scene.world.run();
        const began = [...receiver.payloads];
        receiver.fail();
        receiver.acknowledge();
        scene.world.run();
        const whileItWaits = receiver.held;
        scene.world.advance(10);
        scene.world.run();
        receiver.report('end', new Error('no use'));
        scene.world.run();
        receiver.acknowledge(ACK_STATUS.reject);
        scene.world.run();
        // Of the second letter there is no room: it has its key until it is taken.
        const whileLettersWait = receiver.held;
        answerAll(scene, [letters], (one) => one.receiver.acknowledge());
        scene.world.advance(10);
        scene.world.run();
        answerAll(scene, [letters], (one) => one.receiver.acknowledge());
        receiver.acknowledge();
        scene.world.run();
        receiver.reply('last');
        scene.world.run();
        return [
          [began, whileItWaits, whileLettersWait],
          [seen(sends), seen([late])],
          [payloadsOf(end), letters.receiver.payloads.map(String)],
        ];
      });
    },
  'dead letters that wait for room, one without a word, one refused': () => {
    const scene = new Scene();
    const letters = scene.deadLetters({ window: 1 });
    const end = scene.endpoint('k', { retry: RETRY });
    return played(scene, () => {
      const sends = [1, 2, 3].map((at) => scene.sender.notify('k', at));
      scene.world.run();
      for (const _ of sends) end.receiver.acknowledge(ACK_STATUS.reject);
      scene.world.run();
      for (const _ of sends) {
        letters.receiver.acknowledge();
        scene.world.run();
        scene.world.advance(10);
        scene.world.run();
      }
      return [seen(sends), payloadsOf(letters)];
    });
  },
  'notifications that are given up though no handler said so, and named to their sender': () =>
    unheard((scene) => scene.deadLetters({ window: 1 })),
  'the same where no dead letters are kept': () => unheard(() => undefined),
  'acknowledged events that a bound drops, the oldest or the newest': () => {
    const scene = new Scene();
    const letters = scene.deadLetters({ window: 2 });
    const bounds = (['drop-oldest', 'drop-newest'] as const).map((whenFull, at) =>
      scene.subscription(String(at), { whenFull, window: 1, waiting: 1, retry: RETRY }, at + 1),
    );
    return played(scene, () => {
      const sends: PendingSend[] = [];
      for (const payload of [1, 2, 3, 4]) {
        // One by one: how many are routed before the first is lent is nothing to compare.
        for (const key of ['0', '1']) {
          sends.push(scene.sender.publish(key, payload));
          scene.world.run();
        }
      }
      for (let turn = 0; turn < 4; turn++) {
        answerAll(scene, [letters], ({ receiver }) => receiver.acknowledge());
        scene.world.advance(10);
        scene.world.run();
      }
      answerAll(scene, bounds, ({ receiver }) => receiver.acknowledge());
      return [sends.map(({ isOpen }) => isOpen), bounds.map(payloadsOf), payloadsOf(letters)];
    });
  },
  'a request whose handler dies with its thread once too often': () => {
    const scene = new Scene();
    const letters = scene.deadLetters({ window: 2 });
    const end = scene.endpoint('k', { maxDeaths: 1 }, 2);
    return played(scene, () => {
      const sends = [1, 2].map((at) => scene.sender.request('k', at));
      scene.world.run();
      end.receiver.mark();
      scene.world.detach(end.receiver.client);
      scene.world.run();
      answerAll(scene, [letters], ({ receiver }) => receiver.acknowledge());
      return [seen(sends), payloadsOf(letters), scene.world.forgotten];
    }, [2]);
  },
  'requests with replies and errors': () => {
    const scene = new Scene();
    const end = scene.endpoint('k');
    return played(scene, () => {
      const sends = [1, 2, 3].map((at) => scene.sender.request('k', at));
      scene.world.run();
      end.receiver.reply('one');
      end.receiver.replyError(new Error('two'));
      scene.world.run();
      end.receiver.reply('three');
      scene.world.run();
      return [seen(sends), payloadsOf(end)];
    });
  },
  'requests whose replies go to an endpoint, one of which fails, one in vain': () => {
    const scene = new Scene();
    const end = scene.endpoint('k', { retry: { ...RETRY, requestAttempts: 2 } });
    const collector = scene.endpoint(undefined, {}, 2);
    return played(scene, () => {
      const { target } = collector;
      const sends = [1, 2, 3].map((at) => requestTo(scene.sender, target, at));
      const short = requestTo(scene.sender, target, 4, { timeout: 5 });
      scene.world.run();
      const routed = seen([...sends, short]);
      end.receiver.fail();
      end.receiver.reply({ ok: 2 });
      end.receiver.replyError(new RangeError('no'));
      scene.world.run();
      scene.world.advance(10);
      scene.world.run();
      end.receiver.reply('too late');
      end.receiver.reply({ ok: 1 });
      scene.world.run();
      answerAll(scene, [collector], ({ receiver }) => receiver.acknowledge());
      return [routed, payloadsOf(end), collector.receiver.payloads.map(String)];
    });
  },
  'requests that wait for the one before': () => {
    const scene = new Scene();
    const end = scene.endpoint('k', { window: 1 });
    return played(scene, () => {
      const sends = [1, 2, 3, 4].map((at) => scene.sender.request('k', at));
      scene.world.run();
      answerAll(scene, [end], ({ receiver }) => receiver.reply('done'));
      return [seen(sends), payloadsOf(end)];
    });
  },
  'a request that times out on loan, one that waits, one that is cancelled': () => {
    const scene = new Scene();
    const end = scene.endpoint('k', { window: 1 });
    return played(scene, () => {
      const abort = new AbortController();
      const sends = [
        scene.sender.request('k', 1, { timeout: 5 }),
        scene.sender.request('k', 2, { timeout: 5 }),
        scene.sender.request('k', 3, { signal: abort.signal }),
        scene.sender.request('k', 4),
      ];
      scene.world.run();
      abort.abort('enough');
      scene.world.run();
      scene.world.advance(5);
      scene.world.run();
      answerAll(scene, [end], ({ receiver }) => receiver.reply('done'));
      return [seen(sends), payloadsOf(end)];
    });
  },
  'a request that is handed back and goes elsewhere': () => {
    const scene = new Scene();
    const first = scene.endpoint('k');
    return played(scene, () => {
      const send = scene.sender.request('k', 1);
      scene.world.run();
      const second = scene.endpoint('k', {}, 2);
      scene.world.removeTarget(first.target);
      first.receiver.acknowledge(ACK_STATUS.requeue);
      scene.world.run();
      answerAll(scene, [second], ({ receiver }) => receiver.reply('done'));
      return [seen([send]), [first, second].map(payloadsOf)];
    });
  },
  'events, counted early, with a subscription that drops its oldest': () => {
    const scene = new Scene();
    const plain = scene.subscription('k', { window: 2, whenFull: 'drop-oldest' });
    const other = scene.subscription('*', {}, 2);
    return played(scene, () => {
      const sends = [1, 2, 3].map((at) => scene.sender.publish('k', at));
      scene.world.run();
      answerAll(scene, [plain, other], ({ receiver }) => receiver.acknowledge());
      return [seen(sends), [plain, other].map(payloadsOf)];
    });
  },
  'a breaker that opens and lets trials through until one goes well': () => {
    const scene = new Scene();
    const breaker = { consecutiveFailures: 1, openForMs: 10, probes: 1 };
    const end = scene.endpoint('k', { breaker });
    return played(scene, () => {
      const isOpen = (): boolean => isOpenState(breakerState(scene.world.control, end.target));
      // A result may be lost with the shard that counts it: then the next one counts.
      const untilOpen = (wanted: boolean, answer: () => void): boolean => {
        for (let tries = 0; tries < 4 && isOpen() !== wanted; tries++) {
          const send = scene.sender.request('k');
          scene.world.run();
          if (end.receiver.held > 0) answer();
          scene.world.run();
          if (send.isOpen) return false;
        }
        return isOpen() === wanted;
      };
      const hasOpened = untilOpen(true, () => end.receiver.replyError(new Error('no')));
      scene.world.advance(11);
      scene.world.run();
      return [hasOpened, untilOpen(false, () => end.receiver.reply('yes'))];
    });
  },
  'notifications whose ttl passes: parked, waiting for the next run, and among letters': () => {
    const scene = new Scene();
    const letters = scene.deadLetters({ window: 2 });
    const full = scene.endpoint('*', { window: 1 });
    const failing = scene.endpoint('k', { retry: RETRY }, 2);
    return played(scene, () => {
      const sends = [1, 2, 3].map((at) => scene.sender.notify('k', at, { ttl: 5 }));
      scene.world.run();
      failing.receiver.fail(1_000);
      scene.world.run();
      full.receiver.report('full', new Error('no'));
      scene.world.advance(5);
      for (let rounds = 0; rounds < 4; rounds++) {
        scene.world.run();
        answerAll(scene, [letters, full], ({ receiver }) => receiver.acknowledge());
      }
      const kept = letters.receiver.payloads.map(String).sort();
      return [seen(sends), [full, failing].map(payloadsOf), kept];
    });
  },
  'an endpoint that closes while messages wait for it': () => {
    const scene = new Scene();
    const closing = scene.endpoint('k', { window: 1 });
    const other = scene.endpoint('*', {}, 2);
    return played(scene, () => {
      const sends = [1, 2].map((at) => scene.sender.notify('k', at));
      scene.world.run();
      scene.world.removeTarget(closing.target);
      scene.world.run();
      answerAll(scene, [closing, other], ({ receiver }) => receiver.acknowledge());
      return [seen(sends), [closing, other].map(payloadsOf)];
    });
  },
  'a client that leaves with loans, and its requests': () => {
    const scene = new Scene();
    const leaver = scene.endpoint('k', { window: 2 }, 2);
    return played(scene, () => {
      const sends = [1, 2, 3].map((at) => scene.sender.request('k', at));
      const own = leaver.receiver.client.notify('heir', 9);
      scene.world.run();
      leaver.receiver.mark();
      const heir = scene.endpoint('*');
      scene.world.detach(leaver.receiver.client);
      scene.world.run();
      answerAll(scene, [heir], ({ receiver }) => receiver.reply('heir'));
      return [seen(sends), own.isOpen, payloadsOf(heir), scene.world.forgotten];
    }, [2]);
  },
};

/** One endpoint is isolated while the next run is waited for, the thread of another dies; a third has it. */
function unheard(keep: (scene: Scene) => Placed | undefined): TakeoverScene {
  const scene = new Scene();
  const letters = keep(scene);
  const good = scene.endpoint('*', { retry: RETRY });
  const apart = scene.endpoint('k', { retry: RETRY });
  const mortal = scene.endpoint('?', { maxDeaths: 1 }, 2);
  return played(scene, () => {
    const send = scene.sender.notify('k', 1);
    scene.world.run();
    apart.receiver.fail();
    scene.world.run();
    scene.world.tell({ op: 'isolate', target: apart.target, isolated: true });
    mortal.receiver.mark();
    scene.world.detach(mortal.receiver.client);
    answerAll(scene, [good], ({ receiver }) => receiver.acknowledge());
    for (let turn = 0; turn < 4; turn++) {
      scene.world.advance(10);
      scene.world.run();
      if (letters !== undefined)
        answerAll(scene, [letters], ({ receiver }) => receiver.acknowledge());
    }
    return [seen([send]), [good, apart, mortal].map(payloadsOf), letters?.receiver.payloads];
  }, [2]);
}
