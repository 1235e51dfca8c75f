import { describe, expect, it } from 'vitest';
import { ACK_STATUS, COMPLETION, STATUS } from '../../../src/memory/entries.ts';
import { LEDGER, recordGen, recordState } from '../../../src/memory/ledger.ts';
import { Scene } from './scene.ts';

describe('the end of a message', () => {
  it('is one entry when nothing is on loan, and the record then names its generation', () => {
    const scene = new Scene();
    const { receiver } = scene.endpoint('k');
    for (let gen = 1; gen <= 2; gen++) {
      scene.sender.notify('k');
      scene.world.run();
      receiver.acknowledge();
      scene.world.run();
    }
    const { ledger } = scene.world.links[0]?.[0] ?? { ledger: new Int32Array(0) };
    expect(scene.sender.completions.map(({ completion }) => completion)).toEqual([
      COMPLETION.final,
      COMPLETION.final,
    ]);
    expect([0, 1].map((slot) => [recordState(ledger, slot), recordGen(ledger, slot)])).toEqual([
      [LEDGER.done, 1],
      [LEDGER.done, 1],
    ]);
  });

  it('waits for the last loan with the release, however many there are', () => {
    const scene = new Scene();
    const all = [1, 2, 1].map((at) => scene.endpoint('k', {}, at));
    scene.sender.notify('k', 1, { timeout: 3 });
    scene.world.run();
    scene.world.advance(3);
    scene.world.run();
    const { ledger } = scene.world.links[0]?.[0] ?? { ledger: new Int32Array(0) };
    for (const { receiver } of all) {
      expect(scene.sender.completions.map(({ completion }) => completion)).toEqual([
        COMPLETION.settled,
      ]);
      expect(recordState(ledger, 0)).toBe(LEDGER.held);
      receiver.acknowledge(ACK_STATUS.failed);
      scene.world.run();
    }
    expect(scene.sender.completions.map(({ completion, status }) => [completion, status])).toEqual([
      [COMPLETION.settled, STATUS.timeout],
      [COMPLETION.release, STATUS.ok],
    ]);
    expect(recordState(ledger, 0)).toBe(LEDGER.done);
  });
});
