import { describe, expect, it, vi } from 'vitest';
import { QUIET_MS, SeldomLine } from '../../../src/client/seldom-line.ts';

function lineAt(startMs: number) {
  const warn = vi.fn();
  let nowMs = startMs;
  const line = new SeldomLine(
    () => ({ warn }) as never,
    () => nowMs,
  );
  return {
    warn,
    write: (text: string) => {
      line.warn(() => ({ fields: { text }, text: `${text}.` }));
    },
    later: (ms: number) => {
      nowMs += ms;
    },
  };
}

describe('a line that is seldom written', () => {
  it('is written the first time, also by a clock that starts below zero', () => {
    const { warn, write } = lineAt(-5);
    write('first');
    expect(warn).toHaveBeenCalledExactlyOnceWith(
      { text: 'first', suppressed: 0 },
      'first. Further ones are not logged for 60 s.',
    );
  });

  it('keeps silent until its time is over, and then says how many it kept back', () => {
    const { later, warn, write } = lineAt(1000);
    write('first');
    later(QUIET_MS - 1);
    write('second');
    write('third');
    expect(warn).toHaveBeenCalledOnce();
    later(1);
    write('fourth');
    expect(warn.mock.lastCall?.[0]).toEqual({ text: 'fourth', suppressed: 2 });
    later(QUIET_MS);
    write('fifth');
    expect(warn.mock.lastCall?.[0]).toEqual({ text: 'fifth', suppressed: 0 });
  });

  it('makes only what is written', () => {
    const line = new SeldomLine(
      () => undefined,
      () => 0,
    );
    const make = vi.fn(() => ({ fields: {}, text: 'x' }));
    line.warn(make);
    line.warn(make);
    expect(make).toHaveBeenCalledOnce();
  });
});
