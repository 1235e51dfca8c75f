import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { hashKey } from '../../src/message/key.ts';
import { scaledRuns } from '../setup/property-runs.ts';
import { Scene } from '../unit/shard/scene.ts';

/** Target by key, as the shard would choose now. */
function ownersOf(scene: Scene, keys: readonly string[]): (number | undefined)[] {
  return keys.map((key) => {
    const query = { client: 0, key, hash: hashKey(key), interned: undefined };
    scene.world.tell({ op: 'explain', question: 0, query });
    return scene.world.answers.get(0)?.request;
  });
}

const changes = fc.array(fc.record({ joins: fc.boolean(), which: fc.nat(30) }), { maxLength: 20 });
const keySets = fc.uniqueArray(fc.string({ minLength: 1, maxLength: 12 }), {
  minLength: 5,
  maxLength: 60,
});

describe('consistent hashing', () => {
  it('moves a key only to a member that came, or away from one that left', () => {
    fc.assert(
      fc.property(changes, keySets, (script, keys) => {
        const scene = new Scene({ targets: 32 });
        const present: number[] = [];
        let before = ownersOf(scene, keys);
        for (const { joins, which } of script) {
          const comes = joins || present.length === 0;
          let changed: number;
          if (comes) {
            changed = scene.endpoint().target;
            scene.world.addRoute('*', changed, { balance: 'consistent-hash' });
            present.push(changed);
          } else {
            changed = present.splice(which % present.length, 1)[0] as number;
            scene.world.removeTarget(changed);
          }
          const after = ownersOf(scene, keys);
          after.forEach((owner, at) => {
            if (owner === before[at]) return;
            expect(comes ? owner : before[at]).toBe(changed);
          });
          expect(
            after.every((owner) => present.length === 0 || present.includes(owner as number)),
          ).toBe(true);
          before = after;
        }
      }),
      { numRuns: scaledRuns(50) },
    );
  });
});
