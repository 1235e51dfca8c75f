/** Scenes of takeovers at endpoints with a `dedupeWindow`: nothing is handled twice, and nothing never. */

import { ACK_STATUS } from '../../src/memory/entries.ts';
import type { WorldClient } from '../unit/client/core-world.ts';
import { poolScene } from '../unit/shard/pool-scene.ts';
import { type Placed, Scene } from '../unit/shard/scene.ts';
import {
  answerAll,
  payloadsOf,
  played,
  RETRY,
  seen,
  type TakeoverScene,
} from './takeover-scene.ts';

const DEDUPE = { windowMs: 1_000, seed: [1, 2, 3, 4] } as const;

export const DEDUPE_SCENES: Readonly<Record<string, () => TakeoverScene>> = {
  'ids that come again when they were handled, in hand, and after that': () => {
    const scene = new Scene();
    const end = scene.endpoint('k', { dedupe: DEDUPE });
    const other = scene.endpoint('*', {}, 2);
    return played(scene, () => {
      const sends = ['x', 'x'].map((id) => scene.sender.notify('k', id, { id }));
      scene.world.run();
      const late = scene.world.client(2).notify('k', 'late', { id: 'x' });
      scene.world.run();
      const began = [...end.receiver.payloads];
      answerAll(scene, [end, other], ({ receiver }) => receiver.acknowledge());
      const again = ['x', 'z'].map((id) => scene.sender.notify('k', id, { id }));
      scene.world.run();
      answerAll(scene, [end, other], ({ receiver }) => receiver.acknowledge());
      return [began, seen([...sends, late, ...again]), [end, other].map(payloadsOf)];
    });
  },
  'ids that come again when the one before has failed, was given up, or is repeated': () => {
    const scene = new Scene();
    const letters = scene.deadLetters({ window: 2 });
    const end = scene.endpoint('k', { dedupe: DEDUPE, retry: RETRY });
    return played(scene, () => {
      const sends = ['x', 'y'].map((id) => scene.sender.notify('k', `first ${id}`, { id }));
      scene.world.run();
      end.receiver.report('end', new Error('no'));
      end.receiver.fail();
      scene.world.run();
      sends.push(...['x', 'y'].map((id) => scene.sender.notify('k', `second ${id}`, { id })));
      scene.world.run();
      const whileItWaits = [...end.receiver.payloads];
      scene.world.advance(10);
      scene.world.run();
      answerAll(scene, [end, letters], ({ receiver }) => receiver.acknowledge());
      return [whileItWaits, seen(sends), payloadsOf(end), letters.receiver.payloads.map(String)];
    });
  },
  'an id that comes again while a handler runs whose caller has given up': () => {
    const scene = new Scene();
    const end = scene.endpoint('*', { dedupe: DEDUPE });
    return played(scene, () => {
      const sends = ['a', 'b'].map((key) => scene.sender.notify(key, 1, { id: 'x', timeout: 5 }));
      scene.world.run();
      scene.world.advance(5);
      scene.world.run();
      sends.push(...['a', 'b'].map((key) => scene.sender.notify(key, 2, { id: 'x' })));
      scene.world.run();
      const whileItRuns = [...end.receiver.payloads];
      end.receiver.acknowledge();
      end.receiver.acknowledge(ACK_STATUS.failed);
      scene.world.run();
      answerAll(scene, [end], ({ receiver }) => receiver.acknowledge());
      return [whileItRuns, seen(sends), payloadsOf(end)];
    });
  },
  'more ids than a shard remembers': () => {
    const scene = new Scene({ handledIds: 2 });
    const end = scene.endpoint('k', { dedupe: DEDUPE });
    return played(scene, () => {
      const sends = ['a', 'b', 'c', 'c', 'b', 'a', 'c', 'd', 'c'].map((id) => {
        const send = scene.sender.notify('k', id, { id });
        // One after the other: which is the oldest is what is compared.
        scene.world.run();
        answerAll(scene, [end], ({ receiver }) => receiver.acknowledge());
        return send;
      });
      return [seen(sends), payloadsOf(end)];
    });
  },
  'an id in the hands of a thread that dies, sent again by another that lives': () => {
    const scene = new Scene();
    const mortal = scene.endpoint('k', { dedupe: DEDUPE }, 2);
    return played(scene, () => {
      const send = (client: WorldClient, n: number) => client.notify('k', n, { id: 'x' });
      const sends = [send(scene.sender, 1), send(scene.sender, 2)];
      scene.world.run();
      mortal.receiver.acknowledge();
      scene.world.run();
      const more = scene.sender.notify('k', 3, { id: 'y' });
      scene.world.run();
      mortal.receiver.mark();
      scene.world.detach(mortal.receiver.client);
      const heir: Placed = scene.endpoint('k', { dedupe: DEDUPE });
      scene.world.run();
      const again = ['x', 'y'].map((id) => scene.sender.notify('k', id, { id }));
      answerAll(scene, [heir], ({ receiver }) => receiver.acknowledge());
      scene.world.run();
      answerAll(scene, [heir], ({ receiver }) => receiver.acknowledge());
      return [seen([...sends, more, ...again]), [mortal, heir].map(payloadsOf)];
    }, [2]);
  },
  'an id in the hands of a thread of a pool that dies, and repeats that fill the pool': () => {
    const { scene, join } = poolScene({ pool: { dedupe: DEDUPE, window: 1 } });
    const [first, second] = [join(1), join(2)];
    return played(scene, () => {
      const sends = [1, 2, 3].map((n) => scene.sender.notify('k', n, { id: 'x' }));
      scene.world.run();
      const began = [first, second].map(payloadsOf);
      const [holder] = [first, second].filter(({ receiver }) => receiver.held > 0) as [Placed];
      holder.receiver.mark();
      scene.world.detach(holder.receiver.client);
      scene.world.run();
      const third = join(3);
      const living = [first, second, third].filter((one) => one !== holder);
      answerAll(scene, living, ({ receiver }) => receiver.acknowledge());
      return [began, seen(sends), living.flatMap(payloadsOf)];
    }, [1]);
  },
};
