import { describe, expect, it } from 'vitest';
import { LostEndpoints } from '../../../src/host/lost-endpoints.ts';

const CRASH = { exitCode: 1, threadId: 3 };

describe('LostEndpoints', () => {
  it('keeps those whose threads did not mean to end, until one of their id comes', () => {
    const lost = new LostEndpoints();
    lost.note('crashed', CRASH, 0);
    lost.note('unknown', { exitCode: undefined, threadId: 4 }, 0);
    lost.note('planned', { exitCode: 0, threadId: 5 }, 0);
    expect(lost.all(0).map(({ id, threadId }) => [id, threadId])).toEqual([
      ['crashed', 3],
      ['unknown', 4],
    ]);
    lost.cameBack('crashed');
    lost.cameBack('never seen');
    expect(lost.all(0).map(({ id }) => id)).toEqual(['unknown']);
  });

  it('forgets each after a minute', () => {
    const lost = new LostEndpoints();
    for (const [id, atMs] of [
      ['first', 0],
      ['second', 10],
      ['first', 20],
    ] as const) {
      lost.note(id, CRASH, atMs);
    }
    const idsAt = (nowMs: number) => lost.all(nowMs).map(({ id }) => id);
    expect(idsAt(60_009)).toEqual(['second', 'first']);
    expect(idsAt(60_010)).toEqual(['first']);
    expect(idsAt(60_020)).toEqual([]);
  });

  it('keeps no more than as many as a bus has endpoints', () => {
    const lost = new LostEndpoints();
    for (let at = 0; at < 1_500; at++) lost.note(`${at}`, CRASH, 0);
    expect(lost.all(0)).toHaveLength(1_024);
    expect(lost.all(0)[0]?.id).toBe('476');
  });
});
