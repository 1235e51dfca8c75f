import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { TimerWheel } from '../../src/shard/timer-wheel.ts';

const ITEMS = 8;
const starts = fc.constantFrom(1, 5000, 0x7fff_ff00, 0x7fff_ffff, -2000, -1);
const step = fc.oneof(
  fc.record({
    op: fc.constant('add' as const),
    item: fc.nat(ITEMS - 1),
    /** From overdue to three laps ahead. */
    afterMs: fc.oneof(fc.integer({ min: -5, max: 40 }), fc.integer({ min: 900, max: 3100 })),
  }),
  fc.record({ op: fc.constant('remove' as const), item: fc.nat(ITEMS - 1) }),
  fc.record({
    op: fc.constant('pass' as const),
    ms: fc.oneof(fc.integer({ min: 0, max: 30 }), fc.integer({ min: 500, max: 5000 })),
  }),
);

function takeAll(wheel: TimerWheel, nowMs: number): Set<number> {
  const taken = new Set<number>();
  for (let item = wheel.takeDue(nowMs); item >= 0; item = wheel.takeDue(nowMs)) {
    expect(taken.has(item)).toBe(false);
    taken.add(item);
  }
  return taken;
}

describe('TimerWheel', () => {
  it('gives out what a list of times would, at any time of the Int32 clock', () => {
    fc.assert(
      fc.property(starts, fc.array(step, { maxLength: 80 }), (start, script) => {
        const wheel = new TimerWheel(ITEMS, start);
        const dueBy = new Map<number, number>();
        let passedMs = 0;
        for (const next of script) {
          const nowMs = (start + passedMs) | 0;
          if (next.op === 'add') {
            wheel.add(next.item, (nowMs + next.afterMs) | 0);
            dueBy.set(next.item, passedMs + next.afterMs);
          } else if (next.op === 'remove') {
            wheel.remove(next.item);
            dueBy.delete(next.item);
          } else {
            passedMs += next.ms;
            checkTaken(takeAll(wheel, (start + passedMs) | 0), dueBy, passedMs, next.ms);
          }
          expect(wheel.count).toBe(dueBy.size);
        }
        passedMs += 10_000;
        takeAll(wheel, (start + passedMs) | 0);
        expect(wheel.count).toBe(0);
      }),
    );
  });

  it('never asks to sleep past the first time, and not at all when empty', () => {
    fc.assert(
      fc.property(
        starts,
        fc.array(fc.integer({ min: 1, max: 5000 }), { maxLength: ITEMS }),
        (start, dues) => {
          const wheel = new TimerWheel(ITEMS, start);
          dues.forEach((due, item) => {
            wheel.add(item, (start + due) | 0);
          });
          const sleepMs = wheel.sleepMs(start);
          if (dues.length === 0) expect(sleepMs).toBe(-1);
          else {
            expect(sleepMs).toBeGreaterThanOrEqual(0);
            expect(sleepMs).toBeLessThanOrEqual(Math.min(...dues));
          }
        },
      ),
    );
  });
});

/** What is overdue when it is added may come a tick later: time must move on first. */
function checkTaken(
  taken: Set<number>,
  dueBy: Map<number, number>,
  nowMs: number,
  byMs: number,
): void {
  for (const [item, due] of [...dueBy]) {
    if (due > nowMs) expect(taken.has(item)).toBe(false);
    else if (byMs > 0) expect(taken.has(item)).toBe(true);
    if (taken.has(item)) dueBy.delete(item);
  }
}
