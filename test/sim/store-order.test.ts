import { describe, expect, it } from 'vitest';
import { CPTAIL } from '../../src/memory/link-memory.ts';
import type { Seam } from '../../src/memory/seam.ts';
import { SlotClient } from './slot-client.ts';
import {
  makeMemory,
  type SceneTarget,
  type Send,
  type SlotScene,
  startShard,
} from './slot-scene.ts';
import { storesOf } from './store-order.ts';

const LATER_MS = 20;

const notify: Send = { kind: 'notification', key: 0 };
const request: Send = { kind: 'request', key: 0 };
const endpoint: SceneTarget = { client: 1, kind: 'endpoint', key: 0, answer: 'ok' };

/** A sender (client 0), a receiver (client 1) and a shard, stepped by hand. */
function stageOf(targets: SceneTarget[], size: Partial<SlotScene> = {}) {
  const scene: SlotScene = {
    name: 'store order',
    clients: [[], []],
    targets,
    slots: 2,
    cells: 2,
    batch: 64,
    ...size,
  };
  const memory = makeMemory(scene);
  const core = startShard(memory);
  const sender = new SlotClient(memory, 0);
  const receiver = new SlotClient(memory, 1);
  let index = 0;
  return {
    memory,
    send: (send: Send) => sender.send(send, index++),
    sender,
    receiver,
    shard: (nowMs = 1) => core.step(nowMs),
    stores: (work: () => unknown, mutate?: (seam: Pick<Seam, 'put'>) => Partial<Seam>) =>
      storesOf(
        memory,
        () => {
          work();
        },
        mutate,
      ),
  };
}

const INTAKE = ['0 detail 0', '0 record 0 routed', '0 DONE'];
const OPEN_CELL = ['REF', 'TARGET', 'FROM', 'waiting'];
const opened = (cell: number): string[] => OPEN_CELL.map((word) => `1 cell ${cell} ${word}`);
const delivered = (cell: number, entry: number): string[] => [
  `1 deliver entry ${entry}`,
  '1 DPTAIL',
  `1 cell ${cell} loaned`,
];

describe('the order of stores', () => {
  it('of a submission: header, entry, private tail, then the tail', () => {
    const stage = stageOf([endpoint]);
    const stores = stage.stores(() => {
      stage.send(notify);
      stage.sender.link.flush();
    });
    expect(stores).toEqual(['0 header 0', '0 submit entry', '0 PTAIL', '0 TAIL']);
  });

  it('of intake and delivery: cells, record, DONE; entry, private tail, loan; then the tail', () => {
    const stage = stageOf([endpoint]);
    stage.send(notify);
    stage.sender.link.flush();
    expect(stage.stores(() => stage.shard())).toEqual([
      'CUR 0',
      ...opened(0),
      ...INTAKE,
      'CUR none',
      ...delivered(0, 0),
      '1 DTAIL',
    ]);
  });

  it('of a receiver: mark before the acknowledgement', () => {
    const stage = stageOf([endpoint]);
    stage.send(notify);
    stage.sender.link.flush();
    stage.shard();
    const stores = stage.stores(() => stage.receiver.poll());
    expect(stores).toEqual(['1 mark 0', '1 submit entry', '1 PTAIL', '1 TAIL']);
  });

  it('of completion: push, record, cell, DONE, and the tail at the end', () => {
    const stage = stageOf([endpoint]);
    stage.send(notify);
    stage.sender.link.flush();
    stage.shard();
    stage.receiver.poll();
    expect(stage.stores(() => stage.shard())).toEqual([
      'CUR 1',
      '0 complete entry 0',
      '0 CPTAIL',
      '0 record 0 done',
      '1 cell 0 free',
      '1 DONE',
      'CUR none',
      '0 CTAIL',
    ]);
  });

  it('of a message that waits: the record alone', () => {
    const stage = stageOf([endpoint], { cells: 1 });
    stage.send(notify);
    stage.send(notify);
    stage.sender.link.flush();
    expect(stage.stores(() => stage.shard()).slice(-6)).toEqual(
      ['0 record 1 parked', '0 DONE', 'CUR none', ...delivered(0, 0), '1 DTAIL'].slice(-6),
    );
  });

  it('of a failure with others open: result, failed cell, record, free', () => {
    const stage = stageOf([{ ...endpoint, answer: 'fail' }, endpoint]);
    stage.send(notify);
    stage.sender.link.flush();
    stage.shard();
    stage.receiver.poll();
    expect(stage.stores(() => stage.shard())).toEqual([
      'CUR 1',
      '1 cell 0 RESULT',
      '1 cell 0 failed',
      '0 detail 0',
      '1 cell 0 free',
      '1 DONE',
      '0 complete entry 0',
      '0 CPTAIL',
      '0 record 0 done',
      '1 cell 1 free',
      '1 DONE',
      'CUR none',
      '0 CTAIL',
    ]);
  });

  it('of a time-out with a loan out: settled, held, then the notice and its mark', () => {
    const stage = stageOf([{ ...endpoint, answer: 'reply' }]);
    stage.send({ ...request, deadline: 10 });
    stage.sender.link.flush();
    stage.shard();
    expect(stage.stores(() => stage.shard(LATER_MS))).toEqual(
      [
        '0 complete entry 0',
        '0 CPTAIL',
        '0 record 0 held',
        '1 deliver entry 1',
        '1 DPTAIL',
        '1 cell 0 loaned',
        '1 DTAIL',
        '0 CTAIL',
      ].sort(byLink),
    );
  });

  it('of a reply: lent before the request settles, the loan given back last', () => {
    const stage = stageOf([{ ...endpoint, answer: 'reply' }]);
    stage.send(request);
    stage.sender.link.flush();
    stage.shard();
    stage.receiver.poll();
    expect(stage.stores(() => stage.shard())).toEqual([
      'CUR 1',
      '1 detail 0',
      '1 record 0 lent',
      '0 complete entry 0',
      '0 CPTAIL',
      '0 record 0 done',
      '1 cell 0 free',
      '1 DONE',
      'CUR none',
      '0 CTAIL',
    ]);
  });

  it('of a returned reply: push, record, DONE', () => {
    const stage = stageOf([{ ...endpoint, answer: 'reply' }]);
    stage.send(request);
    stage.sender.link.flush();
    stage.shard();
    stage.receiver.poll();
    stage.shard();
    expect(stage.stores(() => stage.sender.poll())).toEqual([
      '0 submit entry',
      '0 PTAIL',
      '0 TAIL',
    ]);
    expect(stage.stores(() => stage.shard())).toEqual([
      'CUR 0',
      '1 complete entry 0',
      '1 CPTAIL',
      '1 record 0 done',
      '0 DONE',
      'CUR none',
      '1 CTAIL',
    ]);
  });

  it('of a loan given back after its message settled: release, record, cell, DONE', () => {
    const stage = stageOf([{ ...endpoint, answer: 'ok' }]);
    stage.send({ ...notify, deadline: 10 });
    stage.sender.link.flush();
    stage.shard();
    stage.shard(LATER_MS);
    stage.receiver.poll();
    expect(stage.stores(() => stage.shard(LATER_MS))).toEqual([
      'CUR 1',
      '0 complete entry 1',
      '0 CPTAIL',
      '0 record 0 done',
      '1 cell 0 free',
      '1 DONE',
      'CUR none',
      '0 CTAIL',
    ]);
  });

  it('of an early count: push, record, and the tail afterwards', () => {
    const stage = stageOf([{ ...endpoint, kind: 'subscription' }]);
    stage.send({ kind: 'event', key: 0, early: true });
    stage.sender.link.flush();
    const stores = stage.stores(() => stage.shard());
    const counted = stores.indexOf('0 record 0 early');
    expect(stores.slice(counted - 2, counted)).toEqual(['0 complete entry 0', '0 CPTAIL']);
    expect(stores.indexOf('0 CTAIL')).toBeGreaterThan(counted);
  });
});

describe('the recording sees a record that comes before its push', () => {
  it('when the private tail of the complete ring is stored late', () => {
    const stage = stageOf([endpoint]);
    stage.send(notify);
    stage.sender.link.flush();
    stage.shard();
    stage.receiver.poll();
    const words = stage.memory.links[0]?.words.length;
    const stores = stage.stores(
      () => stage.shard(),
      (seam) => {
        let late: (() => void) | undefined;
        return {
          put: (view, index, value) => {
            if (view.length === words && index === CPTAIL) {
              late = () => seam.put(view, index, value);
              return;
            }
            seam.put(view, index, value);
            late?.();
            late = undefined;
          },
        };
      },
    );
    expect(stores.indexOf('0 record 0 done')).toBeLessThan(stores.indexOf('0 CPTAIL'));
  });
});

/** Tails go out link by link, the sender's first. */
function byLink(a: string, b: string): number {
  const isTail = (name: string): boolean => /[DC]TAIL$/.test(name) && !/P/.test(name);
  return isTail(a) && isTail(b) ? a.localeCompare(b) : 0;
}
