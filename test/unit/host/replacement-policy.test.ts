import { describe, expect, it } from 'vitest';
import {
  cannotBetter,
  ReplacementPolicy,
  type ThreadDeath,
} from '../../../src/host/replacement-policy.ts';
import { BusError } from '../../../src/message/errors.ts';

const UNSTARTED: ThreadDeath = { served: false, servedMs: 0 };
const SHORT: ThreadDeath = { served: true, servedMs: 999 };
const LONG: ThreadDeath = { served: true, servedMs: 1_000 };

function delays(policy: ReplacementPolicy, death: ThreadDeath, count: number): unknown[] {
  return Array.from({ length: count }, () => policy.next(death));
}

describe('ReplacementPolicy', () => {
  it('replaces a thread that served at once', () => {
    expect(delays(new ReplacementPolicy(), LONG, 100)).toEqual(new Array(100).fill(0));
  });

  it('lets one that dies while it starts wait longer each time, and gives it up', () => {
    expect(delays(new ReplacementPolicy(), UNSTARTED, 5)).toEqual([50, 100, 200, 400, undefined]);
  });

  it('counts failed starts in a row only', () => {
    const policy = new ReplacementPolicy();
    delays(policy, UNSTARTED, 4);
    expect(policy.next(SHORT)).toBe(0);
    expect(delays(policy, UNSTARTED, 5)).toEqual([50, 100, 200, 400, undefined]);
  });

  it('lets a long row of short lives wait longer and longer, up to two seconds', () => {
    const policy = new ReplacementPolicy();
    expect(delays(policy, SHORT, 16)).toEqual(new Array(16).fill(0));
    expect(delays(policy, SHORT, 7)).toEqual([50, 100, 200, 400, 800, 1_600, 2_000]);
    expect(delays(policy, SHORT, 1_000).at(-1)).toBe(2_000);
    expect(policy.next(LONG)).toBe(0);
    expect(policy.next(SHORT)).toBe(0);
  });
});

describe('cannotBetter', () => {
  it.each([
    [Object.assign(new Error('gone'), { code: 'ERR_MODULE_NOT_FOUND' }), true],
    [Object.assign(new Error('required'), { code: 'MODULE_NOT_FOUND' }), true],
    [new SyntaxError('let let'), true],
    [new BusError('ERR_BUS_CONFIG', 'no function'), true],
    [Object.assign(new Error('no server yet'), { code: 'ECONNREFUSED' }), false],
    [new BusError('ERR_BUS_FULL', 'no client more'), false],
    [new TypeError('null has no x'), false],
    ['ERR_MODULE_NOT_FOUND', false],
    [undefined, false],
  ])('of %s: %s', (error, isFinal) => {
    expect(cannotBetter(error)).toBe(isFinal);
  });
});
