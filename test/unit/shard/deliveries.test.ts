import { describe, expect, it } from 'vitest';
import { packRef } from '../../../src/memory/entries.ts';
import { CELL } from '../../../src/memory/ledger.ts';
import { deliveryState, nextDelivery } from '../../../src/shard/deliveries.ts';
import { NO_CELL } from '../../../src/shard/shard-link.ts';
import { Scene } from './scene.ts';

describe('the deliveries of a message', () => {
  it('form one list over all clients, which closes when one of them leaves it', () => {
    const scene = new Scene();
    const all = [1, 2, 1].map((at) => scene.endpoint('k', {}, at));
    scene.sender.notify('k');
    scene.world.run();
    const { state } = scene.world.shard();
    const list = (): number[] => {
      const found: number[] = [];
      for (
        let at = state.link(0).firstCell[0] as number;
        at !== NO_CELL;
        at = nextDelivery(state, at)
      ) {
        found.push(at);
      }
      return found;
    };
    expect(list()).toEqual([packRef(1, 1), packRef(2, 0), packRef(1, 0)]);
    expect(list().map((delivery) => deliveryState(state, delivery))).toEqual([
      CELL.loaned,
      CELL.loaned,
      CELL.loaned,
    ]);
    all[1]?.receiver.acknowledge();
    scene.world.run();
    expect(list()).toEqual([packRef(1, 1), packRef(1, 0)]);
    expect([state.link(0).openCount[0], state.link(0).loanCount[0]]).toEqual([2, 2]);
  });
});
