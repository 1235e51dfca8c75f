import { describe, expect, it } from 'vitest';
import { QUIET_MS } from '../../../src/client/seldom-line.ts';
import { UnheardErrors } from '../../../src/client/unheard-errors.ts';

const silent = (): void => {};

function makeErrors() {
  const clock = { nowMs: 0 };
  const lines: [object, string][] = [];
  const warn = (fields: object, text: string): void => void lines.push([fields, text]);
  const logger = { debug: silent, info: silent, warn, error: silent };
  const errors = new UnheardErrors(
    () => logger,
    () => clock.nowMs,
  );
  const note = (text: string): void =>
    errors.note({ subscription: '1:2', pattern: 'a.*', routingKey: 'a.b', error: new Error(text) });
  return { clock, lines, note };
}

describe('UnheardErrors', () => {
  it('logs the first with its pattern, key and error', () => {
    const { lines, note } = makeErrors();
    note('one');
    expect(lines).toHaveLength(1);
    expect(lines[0]?.[0]).toMatchObject({
      err: { message: 'one' },
      pattern: 'a.*',
      routingKey: 'a.b',
      suppressed: 0,
    });
    expect(lines[0]?.[1]).toContain("subscription to 'a.*' threw");
  });

  it('is silent for a while then, and says afterwards how many it did not log', () => {
    const { clock, lines, note } = makeErrors();
    for (let at = 0; at < 1000; at++) note(`number ${at}`);
    clock.nowMs = QUIET_MS - 1;
    note('too early');
    expect(lines).toHaveLength(1);
    clock.nowMs = QUIET_MS;
    note('later');
    expect(lines).toHaveLength(2);
    expect(lines[1]?.[0]).toMatchObject({ err: { message: 'later' }, suppressed: 1000 });
  });
});
